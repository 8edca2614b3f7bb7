// One exchange with the real SEAL. Usage: node exchange.cjs FOLDER
// FOLDER/job.json: {degree, bitSizes (null: the primes of parms.bin alone), scale, x}. Reads what we wrote (our-*), writes what SEAL makes of it (seal-*).
'use strict';

const fs = require('fs');
const path = require('path');
const SEAL = require('node-seal');

async function main() {
  const folder = process.argv[2];
  const job = JSON.parse(fs.readFileSync(path.join(folder, 'job.json'), 'utf8'));
  const read = name => new Uint8Array(fs.readFileSync(path.join(folder, name)));
  const write = (name, bytes) => fs.writeFileSync(path.join(folder, name), bytes);
  const seal = await SEAL();
  const { none, zlib, zstd } = seal.ComprModeType;

  const parms = seal.EncryptionParameters(seal.SchemeType.ckks);
  parms.loadArray(read('our-parms.bin'));
  write('seal-parms-again.bin', parms.saveArray(none));
  if (job.bitSizes !== null) {
    const own = seal.EncryptionParameters(seal.SchemeType.ckks);
    own.setPolyModulusDegree(job.degree);
    own.setCoeffModulus(seal.CoeffModulus.Create(job.degree, Int32Array.from(job.bitSizes)));
    write('seal-parms.bin', own.saveArray(none));
    write('seal-parms-zlib.bin', own.saveArray(zlib));
    write('seal-parms-zstd.bin', own.saveArray(zstd));
  }

  const context = seal.Context(parms, true, seal.SecurityLevel.tc128);
  if (!context.parametersSet()) {
    throw new Error('SEAL does not take our parameters');
  }

  const encoder = seal.CKKSEncoder(context);
  const evaluator = seal.Evaluator(context);
  const load = (object, name) => (object.loadArray(context, read(name)), object);
  const cipher = name => load(seal.CipherText(), name);

  // Our keys and ciphertexts in SEAL's hands.
  const secretKey = load(seal.SecretKey(), 'our-secret.bin');
  const decryptor = seal.Decryptor(context, secretKey);
  const decrypt = c => Array.from(encoder.decode(decryptor.decrypt(c)));
  const results = {};
  for (const name of ['public', 'public-zlib', 'seeded', 'symmetric', 'sum']) {
    results[name] = decrypt(cipher(`our-${name}.bin`));
  }

  results.plain = Array.from(encoder.decode(load(seal.PlainText(), 'our-plain.bin')));
  write('seal-sum.bin', evaluator.add(cipher('our-public.bin'), cipher('our-seeded.bin')).saveArray(none));
  write('seal-seeded-expanded.bin', cipher('our-seeded.bin').saveArray(none));
  const plain = encoder.encode(Float64Array.from(job.x), job.scale);
  for (const name of ['our-key.bin', 'our-key-seeded.bin']) {
    const encryptor = seal.Encryptor(context, load(seal.PublicKey(), name));
    write(name.replace('our-', 'seal-under-our-'), encryptor.encrypt(plain).saveArray(none));
  }

  write('seal-key-expanded.bin', load(seal.PublicKey(), 'our-key-seeded.bin').saveArray(none));

  // SEAL's own keys and ciphertexts.
  const generator = seal.KeyGenerator(context);
  const own = seal.Encryptor(context, generator.createPublicKey(), generator.secretKey());
  write('seal-secret.bin', generator.secretKey().saveArray(none));
  write('seal-secret-zlib.bin', generator.secretKey().saveArray(zlib));
  write('seal-key.bin', generator.createPublicKey().saveArray(none));
  const serializableKey = generator.createPublicKeySerializable();
  write('seal-key-seeded.bin', serializableKey.saveArray(none));
  write('seal-plain.bin', plain.saveArray(none));
  const a = own.encrypt(plain);
  const seeded = own.encryptSymmetricSerializable(plain).saveArray(none);
  write('seal-public.bin', a.saveArray(none));
  write('seal-public-zlib.bin', a.saveArray(zlib));
  write('seal-public-zstd.bin', a.saveArray(zstd));
  write('seal-seeded.bin', seeded);
  const b = seal.CipherText();
  b.loadArray(context, seeded);
  write('seal-own-seeded-expanded.bin', b.saveArray(none));
  write('seal-own-sum.bin', evaluator.add(a, b).saveArray(none));
  fs.writeFileSync(path.join(folder, 'results.json'), JSON.stringify(results));
}

main().catch(error => {
  console.error(error && error.stack ? error.stack : String(error));
  process.exitCode = 1;
});
