/* How a page of the desk works, in a few sentences: open at the first visit, then as it was left. */

import { h } from './dom.js';

const SAVED = 'U hoeft niets op te slaan, en alles kan ongedaan worden gemaakt, ook morgen nog.';
const UNSEEN = 'Niemand merkt iets van dit ontwerp tot u het publiceert.';
const BELOW = 'Onderaan staat wat er nog niet klopt en hoe u het herstelt, en wat collega’s ervan vinden.';

export const HELP = {
  tekening: [
    'Druk op een onderdeel: hier ziet u dan wat het is, en verandert u het.',
    'Links staat wat u kunt tekenen: sleep het naar de tekening, of druk erop om het achter het gekozen onderdeel te zetten.',
    'Onder de tekening staat wat er nog niet klopt en hoe u het herstelt, en wat collega’s ervan vinden.',
    SAVED,
    UNSEEN,
  ],
  stappen: [
    'Dit is de tekening als lijst: elke stap staat er één keer in, in de volgorde waarin een zaak erlangs komt.',
    'Druk op Wijzigen om een stap te veranderen, of om er een stap achter te zetten. De tekening verandert vanzelf mee.',
    BELOW,
    SAVED,
    UNSEEN,
  ],
  tabel: [
    'Elke rij is een regel: past alles wat er bij ‘Als’ en ‘En’ staat, dan volgt het advies dat bij ‘Dan’ staat.',
    'Druk in een vakje om het te veranderen. Een streepje betekent: dit maakt niet uit. Een woord staat tussen aanhalingstekens, zoals "ja".',
    'Onder de laatste rij staat een plus voor een nieuwe rij. Met de rechtermuisknop op een vakje voegt u ergens anders een rij of kolom in, of haalt u er een weg.',
    'Een tabel geeft alleen advies. Een mens beslist.',
    BELOW,
    SAVED,
  ],
  formulier: [
    'Elke kaart is een vraag of een stuk uitleg. Druk op Wijzigen om er een te veranderen, te verplaatsen of weg te halen.',
    'Met ‘Vraag toevoegen’ komt er een vraag onderaan bij. In een open kaart voegt u er een vlak daarna toe.',
    'Ernaast of eronder staat de pagina zoals een collega die krijgt.',
    BELOW,
    SAVED,
    UNSEEN,
  ],
};

/** The help of one page, to be put where it is read first. */
export function help(page) {
  const made = h(
    'details',
    { class: 'desk-more desk-tour' },
    h('summary', {}, 'Zo werkt deze pagina'),
    h('ol', {}, HELP[page].map((one) => h('li', {}, one))),
  );
  return remembered(made, page);
}

/** A part to fold: open the first time somebody comes here on this computer, afterwards as she left it. */
export function remembered(details, page) {
  const key = page === 'tekening' ? 'meldcode-ontwerp-gezien' : `meldcode-ontwerp-gezien-${page}`;
  const left = window.localStorage.getItem(key);
  details.open = left === null || left === 'open';
  if (left === null) window.localStorage.setItem(key, 'ja');
  details.querySelector('summary').addEventListener('click', () => {
    // what a press does comes after it was heard
    window.localStorage.setItem(key, details.open ? 'ja' : 'open');
  });
  return details;
}
