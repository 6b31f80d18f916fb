/* Only the BPMN that runs here is offered: in what can be drawn next, and in what an element can become. */

import { is } from './model.js';

/** What can be drawn (docs/bpmn.md, *Elements that run*): `id → {label, icon, shape}`. */
export const DRAWN = {
  task: { label: 'Taak', icon: 'bpmn-icon-user-task', shape: { type: 'bpmn:UserTask' } },
  choice: { label: 'Keuze', icon: 'bpmn-icon-gateway-xor', shape: { type: 'bpmn:ExclusiveGateway' } },
  mail: { label: 'Mail', icon: 'bpmn-icon-send-task', shape: { type: 'bpmn:SendTask' } },
  decision: { label: 'Beslistabel', icon: 'bpmn-icon-business-rule', shape: { type: 'bpmn:BusinessRuleTask' } },
  parallel: { label: 'Tegelijk', icon: 'bpmn-icon-gateway-parallel', shape: { type: 'bpmn:ParallelGateway' } },
  wait: {
    label: 'Wachttijd',
    icon: 'bpmn-icon-intermediate-event-catch-timer',
    shape: { type: 'bpmn:IntermediateCatchEvent', eventDefinitionType: 'bpmn:TimerEventDefinition' },
  },
  route: { label: 'Zijroute', icon: 'bpmn-icon-call-activity', shape: { type: 'bpmn:CallActivity' } },
  part: { label: 'Deelproces', icon: 'bpmn-icon-subprocess-expanded', shape: { type: 'bpmn:SubProcess', isExpanded: true } },
  start: { label: 'Begin', icon: 'bpmn-icon-start-event-none', shape: { type: 'bpmn:StartEvent' } },
  end: { label: 'Einde', icon: 'bpmn-icon-end-event-none', shape: { type: 'bpmn:EndEvent' } },
};

/** What may follow an element, in the menu beside it and in the panel. */
export const NEXT = ['task', 'choice', 'mail', 'end'];

/** What an element may become; everything else bpmn-js offers cannot run here. */
const BECOMES = new Set(
  [
    'none-start', 'none-end', 'none-intermediate-throw',
    'message-intermediate-catch', 'timer-intermediate-catch', 'signal-intermediate-catch',
    'message-intermediate-throw', 'signal-intermediate-throw', 'escalation-intermediate-throw',
    'message-end', 'signal-end', 'error-end', 'escalation-end', 'terminate-end',
    'exclusive-gateway', 'parallel-gateway', 'inclusive-gateway', 'event-based-gateway',
    'user-task', 'manual-task', 'send-task', 'receive-task', 'rule-task', 'call-activity',
    'expanded-subprocess', 'subprocess', 'event-subprocess',
    'message-boundary', 'timer-boundary', 'signal-boundary', 'error-boundary', 'escalation-boundary',
    'non-interrupting-message-boundary', 'non-interrupting-timer-boundary', 'non-interrupting-signal-boundary',
    'non-interrupting-escalation-boundary',
    'sequence-flow', 'default-flow', 'conditional-flow',
  ].map((name) => `replace-with-${name}`),
);
const IN_EVENT_SUBPROCESS = new Set(['replace-with-message-start', 'replace-with-non-interrupting-message-start']);
const HEADERS = new Set(['toggle-parallel-mi', 'toggle-sequential-mi', 'toggle-loop', 'toggle-non-interrupting']);
const ONLY_AROUND = new Set(['replace-with-error-boundary', 'replace-with-escalation-boundary', 'replace-with-non-interrupting-escalation-boundary']);

const kept = (entries, allowed) => Object.fromEntries(Object.entries(entries).filter(([id]) => allowed(id)));

function Trimmed(contextPad, popupMenu, elementFactory, autoPlace, create, translate) {
  const append = (id) => {
    const { label, icon, shape } = DRAWN[id];
    const made = () => elementFactory.createShape({ ...shape });
    return {
      group: 'model',
      className: icon,
      title: `${label} hierna`,
      action: {
        click: (_, element) => autoPlace.append(element, made()),
        dragstart: (event, element) => create.start(event, made(), { source: element }),
      },
    };
  };

  contextPad.registerProvider(500, {
    getContextPadEntries: (element) => (entries) => {
      const follows = 'append.append-task' in entries || 'append.gateway' in entries;
      const rest = kept(entries, (id) => !id.startsWith('append.') || id === 'append.text-annotation');
      if (rest.replace) {
        rest.replace = {
          ...rest.replace,
          action: {
            click: (event, target) => {
              const pad = event.target.getBoundingClientRect();
              popupMenu.open(target, 'bpmn-replace', { x: pad.left, y: pad.bottom + 8, cursor: { x: event.x, y: event.y } }, {
                title: translate('Change element'),
                width: 320,
              });
            },
          },
        };
      }
      const added = follows ? Object.fromEntries(NEXT.map((id) => [`append.${id}`, append(id)])) : {};
      if (is(element, 'bpmn:EventBasedGateway')) added['append.wait'] = append('wait');
      return { ...added, ...rest };
    },
  });

  popupMenu.registerProvider('bpmn-replace', 500, {
    getPopupMenuEntries: (target) => (entries) =>
      kept(entries, (id) => {
        const inEvent = is(target, 'bpmn:StartEvent') && target.businessObject.$parent?.triggeredByEvent;
        if (inEvent) return IN_EVENT_SUBPROCESS.has(id);
        if (ONLY_AROUND.has(id)) return is(target.host, 'bpmn:SubProcess') || is(target.host, 'bpmn:CallActivity');
        return BECOMES.has(id);
      }),
    getPopupMenuHeaderEntries: () => (entries) => kept(entries, (id) => HEADERS.has(id)),
  });
}
Trimmed.$inject = ['contextPad', 'popupMenu', 'elementFactory', 'autoPlace', 'create', 'translate'];

export const menusModule = { __init__: ['meldcodeMenus'], meldcodeMenus: ['type', Trimmed] };
