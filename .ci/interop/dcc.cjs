// Reads the EU DCC among the specimens with two foreign implementations, and
// holds them to the published schema.
//
//   node dcc.cjs SPECIMENS SCHEMA [TIMES]
//
// With TIMES it only measures: each verifies the first of them so often.
'use strict';
const fs = require('fs');
const path = require('path');
const crypto = require('crypto');
const { DCC } = require('dcc-utils');
const pathcheck = require('@pathcheck/dcc-sdk');
const Ajv = require('ajv/dist/2020');
const formats = require('ajv-formats');
const measure = require('./measure.cjs');

const [dir, schemaFile, times] = process.argv.slice(2);
console.log = () => {}; // of the libraries
console.warn = () => {};
const say = (s) => process.stdout.write(s + '\n');

const pems = fs.readFileSync(path.join(dir, 'anchors.pem'), 'utf8').match(/-----BEGIN CERTIFICATE-----[^]+?-----END CERTIFICATE-----/g);
const signers = {};
for (const pem of pems) {
  const c = new crypto.X509Certificate(pem);
  const kid = crypto.createHash('sha256').update(c.raw).digest().subarray(0, 8).toString('base64');
  signers[kid] = pem;
  pathcheck.addCachedCerts({ [kid]: c.raw.toString('base64') });
}

const ajv = new Ajv({ strict: false });
formats(ajv);
const validate = ajv.compile(JSON.parse(fs.readFileSync(schemaFile, 'utf8')));

// Each says what was signed, or null if it refuses.
const readers = {
  'dcc-utils': async (text) => {
    if (!text.startsWith('HC1:')) return null; // the library drops four characters, whatever they are
    const d = await DCC.fromRaw(text);
    const pem = signers[d.kid];
    if (!pem || (await d.checkSignatureWithCertificate(pem)) === false) return null;
    return plain(d.payload);
  },
  '@pathcheck/dcc-sdk': async (text) => {
    const r = await pathcheck.unpackAndVerify(text);
    if (!r || r.status !== 'verified') return null;
    return plain(r.contents)['-260']['1']; // it gives all claims
  },
};
// known tells whether the signer is. For others pathcheck would ask the network.
const known = async (text) => (await DCC.fromRaw(text)).kid in signers;
const plain = (v) => JSON.parse(JSON.stringify(v, (_, x) => (x instanceof Map ? Object.fromEntries(x) : x)));

const expected = JSON.parse(fs.readFileSync(path.join(dir, 'expected.json'), 'utf8'));

(async () => {
  if (times) {
    const text = fs.readFileSync(path.join(dir, expected.find((e) => e.format === 'dcc').file), 'utf8');
    for (const [name, read] of Object.entries(readers)) say(await measure('dcc/' + name, () => read(text), +times));
    return;
  }
  let passed = 0, failed = 0;
  for (const e of expected) {
    if (e.format !== 'dcc') continue;
    const text = fs.readFileSync(path.join(dir, e.file), 'utf8');
    const holds = !['signature', 'not-a-seal', 'unknown-signer'].includes(e.reasons[0]);
    const said = [];
    for (const [name, read] of Object.entries(readers)) {
      let got = null, why = 'refused';
      try { if (await known(text)) got = await read(text); } catch (err) { why = String(err.message || err); }
      let ok = (got !== null) === holds;
      if (ok && holds) {
        const dcc = got;
        said.push(JSON.stringify(sorted(dcc)));
        if (!validate(dcc)) { ok = false; why = ajv.errorsText(validate.errors); }
        else if (!JSON.stringify(dcc).includes(e.number || 'URN:UVCI:01:UT:PR')) { ok = false; why = 'another number'; }
        else if (dcc.nam.fn !== 'YANGBEN' || dcc.nam.gn !== 'SPECIMEN' || dcc.dob !== '1984-03-08') { ok = false; why = 'another person'; }
      }
      if (ok) passed++;
      else { failed++; say(`FAIL ${e.file} (${e.about}) by ${name}: ${got === null ? why : why + ' ' + JSON.stringify(got)}, want ${holds ? 'read' : 'refused'}`); }
    }
    if (said.length === 2 && said[0] !== said[1]) { failed++; say(`FAIL ${e.file}: the two read different things\n${said.join('\n')}`); }
  }
  say(`DCC by dcc-utils and @pathcheck/dcc-sdk, schema by ajv`);
  say(`${passed} passed, ${failed} failed`);
  process.exit(failed || !passed ? 1 : 0);
})();

function sorted(v) {
  if (Array.isArray(v)) return v.map(sorted);
  if (v && typeof v === 'object') return Object.fromEntries(Object.keys(v).sort().map((k) => [k, sorted(v[k])]));
  return v;
}
