/**
 * Vite plugin: the fonts of the pages as TrueType, for documents that the server prints as PDF.
 *
 * Fontsource has them as WOFF: the same tables, each deflated. Nothing but the packing changes, and the family's
 * name of the part with less usual letters: two files of one name and weight, and a program that looks for a
 * font may take the one in which the usual letters are missing.
 */

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { inflateSync } from 'node:zlib';

const WOFF = 0x774f4646;
const NAMES = 0x6e616d65; // the table `name`
const FAMILY = 'Noto Sans';
const OTHER_FAMILY = 'Noto More'; // as long, so that no place in the table changes
const require = createRequire(import.meta.url);

export default function printedFonts(names) {
  return {
    name: 'printed-fonts',
    buildStart() {
      for (const name of names) {
        const woff = require.resolve(`@fontsource/noto-sans/files/${name}.woff`);
        // `originalFileName` is what the manifest calls it
        this.emitFile({
          type: 'asset',
          name: `${name}.ttf`,
          originalFileName: `print/${name}.ttf`,
          source: unpacked(readFileSync(woff), name.includes('latin-ext')),
        });
      }
    },
  };
}

/** The TrueType font in a WOFF 1.0 file (https://www.w3.org/TR/WOFF/); `other`: under the other family's name. */
export function unpacked(woff, other = false) {
  if (woff.readUInt32BE(0) !== WOFF) throw new Error('not a WOFF 1.0 file');
  const count = woff.readUInt16BE(12);
  const tables = Array.from({ length: count }, (_, number) => {
    const [tag, offset, packed, length, checksum] = [0, 4, 8, 12, 16].map((place) =>
      woff.readUInt32BE(44 + 20 * number + place),
    );
    const raw = woff.subarray(offset, offset + packed);
    const data = packed < length ? inflateSync(raw) : raw;
    if (tag !== NAMES || !other) return { tag, checksum, length, data };
    const named = renamed(data);
    return { tag, checksum: sum(named), length, data: named };
  });
  const header = Buffer.alloc(12 + 16 * count);
  const power = 2 ** Math.floor(Math.log2(count));
  header.writeUInt32BE(woff.readUInt32BE(4), 0);
  [count, power * 16, Math.log2(power), (count - power) * 16].forEach((number, place) =>
    header.writeUInt16BE(number, 4 + 2 * place),
  );
  const parts = [header];
  let end = header.length;
  tables.forEach(({ tag, checksum, length, data }, number) => {
    if (data.length !== length) throw new Error('a table of the font is not as long as it says');
    [tag, checksum, end, length].forEach((word, place) =>
      header.writeUInt32BE(word, 12 + 16 * number + 4 * place),
    );
    const padding = (4 - (length % 4)) % 4; // every table begins at a multiple of four
    parts.push(data, Buffer.alloc(padding));
    end += length + padding;
  });
  return Buffer.concat(parts);
}

function renamed(table) {
  const wide = (text) => Buffer.from(text, 'utf16le').swap16();
  const found = Buffer.from(table);
  for (let at = found.indexOf(wide(FAMILY)); at >= 0; at = found.indexOf(wide(FAMILY), at + 1)) {
    wide(OTHER_FAMILY).copy(found, at);
  }
  if (found.equals(table)) throw new Error(`no font of the family ${FAMILY}`);
  return found;
}

/** A table's checksum: its numbers of four bytes added up. */
function sum(table) {
  const padded = Buffer.concat([table, Buffer.alloc((4 - (table.length % 4)) % 4)]);
  let total = 0;
  for (let at = 0; at < padded.length; at += 4) total = (total + padded.readUInt32BE(at)) >>> 0;
  return total;
}
