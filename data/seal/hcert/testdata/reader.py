"""Reads a certificate seal, written from the format's description alone.

    python3 reader.py SEAL.txt ANCHOR.pem

checks the signature and the signer certificate and prints what the seal says
as JSON. It needs cbor2 and cryptography. Exit status 1: not to be trusted.
"""
import datetime
import hashlib
import json
import sys
import zlib

import cbor2
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.serialization import Encoding

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"


def base45(text):
    out = bytearray()
    for i in range(0, len(text), 3):
        group = text[i : i + 3]
        n = sum(ALPHABET.index(c) * 45**k for k, c in enumerate(group))
        out += n.to_bytes(len(group) - 1, "big")
    return bytes(out)


def moment(minutes, offset):
    t = datetime.datetime(1970, 1, 1) + datetime.timedelta(minutes=minutes + offset)
    sign, offset = "-" if offset < 0 else "+", abs(offset)
    return {"wall": t.strftime("%Y-%m-%dT%H:%M"), "offset": "%s%02d:%02d" % (sign, offset // 60, offset % 60)}


def certificates(path):
    end = b"-----END CERTIFICATE-----"
    with open(path, "rb") as f:
        parts = f.read().split(end)[:-1]
    return [x509.load_pem_x509_certificate(p + end) for p in parts]


def main(seal, anchors):
    with open(seal) as f:
        text = f.read().rstrip("\n")
    if not text.startswith("HC1:"):
        sys.exit("does not begin with HC1:")
    message = cbor2.loads(zlib.decompress(base45(text[4:])))
    protected, unprotected, payload, signature = message.value
    header = cbor2.loads(protected)
    if message.tag != 18 or header[1] != -7 or unprotected or len(signature) != 64:
        sys.exit("not a COSE_Sign1 with ES256")

    listed = certificates(anchors)
    signer = [c for c in listed if hashlib.sha256(c.public_bytes(Encoding.DER)).digest()[:8] == header[4]]
    if not signer:
        sys.exit("unknown signer")
    half = [int.from_bytes(signature[i : i + 32], "big") for i in (0, 32)]
    signed = cbor2.dumps(["Signature1", protected, b"", payload])
    try:
        signer[0].public_key().verify(utils.encode_dss_signature(*half), signed, ec.ECDSA(hashes.SHA256()))
        if len(listed) > 1:
            listed[0].public_key().verify(
                signer[0].signature, signer[0].tbs_certificate_bytes, ec.ECDSA(signer[0].signature_hash_algorithm)
            )
    except InvalidSignature:
        sys.exit("signature does not hold")

    claims = cbor2.loads(payload)
    r = claims[-260][-80]
    if r[1] != 1 or set(r) - set(range(1, 18)):
        sys.exit("newer than this reader")
    say = {
        "practice": r.get(2, False), "number": r[3], "issuer": claims[1],
        "surname": r[4][0], "givenNames": r[4][1], "nativeName": r[4][2],
        "birth": r[5], "sex": r[6], "nationality": r[7],
        "documentKind": r[8][0], "documentIssuer": r[8][1], "documentNumber": r[8][2], "documentExpires": r[8][3],
        "tests": [], "doses": [],
        "issued": moment(claims[6] // 60, r[11]), "expires": moment(claims[4] // 60, r[11]),
        "validFrom": moment(*r[12][0]), "validUntil": moment(*r[12][1]), "window": r[12][2],
        "colour": r[13], "preparedBy": r[14][0], "approvedBy": r[14][1],
    }
    if 15 in r:
        say["replaces"] = r[15]
    if 16 in r:
        say["notice"], say["noticeVersion"] = r[16]
    if (r[13] == "blue") != (17 in r):
        sys.exit("colour and last test do not agree")
    if 17 in r:
        say["lastTest"] = {"kind": r[17][0], "hours": r[17][1]}
    for kind, specimen, method, laboratory, result, sampled, analysed, reported in r.get(9, []):
        test = {"kind": kind, "specimen": specimen, "method": method, "laboratory": laboratory, "result": result,
                "sampled": moment(*sampled), "reported": moment(*reported)}
        if analysed is not None:
            test["analysed"] = moment(*analysed)
        say["tests"].append(test)
    for date, product, lot, country, place in r.get(10, []):
        say["doses"].append({"date": date, "product": product, "lot": lot, "country": country, "place": place})
    json.dump(say, sys.stdout, ensure_ascii=False)


main(*sys.argv[1:])
