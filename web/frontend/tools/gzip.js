/** Vite plugin: a `.gz` beside every text file of the build, so that the server never has to compress one. */

import { promises as files } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

const TEXT = /\.(css|js|svg|json)$/;
const compress = promisify(gzip);

export default function gzipped() {
  return {
    name: 'gzipped',
    async writeBundle({ dir }, bundle) {
      for (const name of Object.keys(bundle).filter((file) => TEXT.test(file))) {
        const file = path.join(dir, name);
        await files.writeFile(`${file}.gz`, await compress(await files.readFile(file), { level: 9 }));
      }
    },
  };
}
