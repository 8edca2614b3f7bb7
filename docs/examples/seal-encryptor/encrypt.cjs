// A site's own SEAL program. Usage: node encrypt.cjs FOLDER
// Reads parms.bin, public_key.bin and plain-0.bin, plain-1.bin, ...; writes cipher-0.bin, cipher-1.bin, ..., every other one compressed with zlib.
'use strict';

const fs = require('fs');
const path = require('path');
const SEAL = require('node-seal');

async function main() {
  const folder = process.argv[2];
  const read = name => new Uint8Array(fs.readFileSync(path.join(folder, name)));
  const seal = await SEAL();
  const parms = seal.EncryptionParameters(seal.SchemeType.ckks);
  parms.loadArray(read('parms.bin'));
  const context = seal.Context(parms, true, seal.SecurityLevel.tc128);
  if (!context.parametersSet()) {
    throw new Error('SEAL does not take the parameters');
  }

  const key = seal.PublicKey();
  key.loadArray(context, read('public_key.bin'));
  const encryptor = seal.Encryptor(context, key);
  for (let chunk = 0; fs.existsSync(path.join(folder, `plain-${chunk}.bin`)); chunk++) {
    const plain = seal.PlainText();
    plain.loadArray(context, read(`plain-${chunk}.bin`));
    const cipher = encryptor.encrypt(plain);
    fs.writeFileSync(path.join(folder, `cipher-${chunk}.bin`), cipher.saveArray(chunk % 2 === 0 ? seal.ComprModeType.none : seal.ComprModeType.zlib));
  }
}

main().catch(error => {
  console.error(error && error.stack ? error.stack : String(error));
  process.exitCode = 1;
});
