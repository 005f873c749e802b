// Reads the ICAO VDS-NC among the specimens: JSON, X.509 and signatures by Node,
// canonical JSON (RFC 8785) by two libraries that must agree.
//
//   node vdsnc.cjs SPECIMENS [TIMES]
//
// With TIMES it only measures: it verifies the first of them so often.
'use strict';
const fs = require('fs');
const path = require('path');
const crypto = require('crypto');
const canonicalize = require('canonicalize');
const { canonicalize: second } = require('json-canonicalize');
const measure = require('./measure.cjs');

const [dir, times] = process.argv.slice(2);
const say = (s) => process.stdout.write(s + '\n');
const anchors = fs.readFileSync(path.join(dir, 'anchors.pem'), 'utf8')
  .match(/-----BEGIN CERTIFICATE-----[^]+?-----END CERTIFICATE-----/g)
  .map((pem) => new crypto.X509Certificate(pem)).filter((c) => c.ca);
const curves = { ES256: 'P-256', ES384: 'P-384', ES512: 'P-521' };
const hashes = { ES256: 'SHA-256', ES384: 'SHA-384', ES512: 'SHA-512' };

// read gives what is signed, or why it does not count.
async function read(text) {
  const seal = JSON.parse(text);
  const { alg, cer, sigvl } = seal.sig;
  if (!curves[alg]) throw new Error('algorithm ' + alg);
  const canonical = canonicalize(seal.data);
  if (canonical !== second(seal.data)) throw new Error('the two canonical forms differ');
  const c = new crypto.X509Certificate(Buffer.from(cer, 'base64url'));
  if (!anchors.some((a) => c.checkIssued(a) && c.verify(a.publicKey))) throw new Error('no anchor vouches for the signer');
  const spki = c.publicKey.export({ format: 'der', type: 'spki' });
  const key = await crypto.webcrypto.subtle.importKey('spki', spki, { name: 'ECDSA', namedCurve: curves[alg] }, false, ['verify']);
  const good = await crypto.webcrypto.subtle.verify({ name: 'ECDSA', hash: hashes[alg] }, key,
    Buffer.from(sigvl, 'base64url'), Buffer.from(canonical, 'utf8'));
  if (!good) throw new Error('signature');
  return seal.data;
}

const expected = JSON.parse(fs.readFileSync(path.join(dir, 'expected.json'), 'utf8'));

(async () => {
  if (times) {
    const text = fs.readFileSync(path.join(dir, expected.find((e) => e.format === 'vdsnc').file), 'utf8');
    say(await measure('vdsnc/Node and canonicalize', () => read(text), +times));
    return;
  }
  let passed = 0, failed = 0;
  for (const e of expected) {
    if (e.format !== 'vdsnc') continue;
    const text = fs.readFileSync(path.join(dir, e.file), 'utf8');
    const holds = !['signature', 'not-a-seal', 'unknown-signer', 'unknown-anchor'].includes(e.reasons[0]);
    let got = null, why = '';
    try { got = await read(text); } catch (err) { why = String(err.message || err); }
    let ok = (got !== null) === holds;
    if (ok && got) {
      const m = got.msg;
      ok = m.pid.n === 'YANGBEN  SPECIMEN' && m.pid.dob === '1984-03-08' && (m.pid.dn || m.pid.i) === 'E00000000' &&
        (!e.number || (m.utci || m.uvci) === e.number);
      why = 'says something else';
    }
    if (ok) passed++;
    else { failed++; say(`FAIL ${e.file} (${e.about}): ${why || 'read'}, want ${holds ? 'read' : 'refused'}`); }
  }
  say('VDS-NC by Node, canonicalize and json-canonicalize');
  say(`${passed} passed, ${failed} failed`);
  process.exit(failed || !passed ? 1 : 0);
})();
