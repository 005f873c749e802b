"""Reads the ICAO VDS-NC among the specimens: JSON by Python, canonical JSON by
canonicaljson, certificates and signatures by cryptography (OpenSSL).

    python3 vdsnc.py SPECIMENS [TIMES]

With TIMES it only measures: it verifies the first of them so often.
"""
import base64
import json
import pathlib
import sys
import time

import canonicaljson
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

HASHES = {"ES256": hashes.SHA256(), "ES384": hashes.SHA384(), "ES512": hashes.SHA512()}
WIDTHS = {"ES256": 32, "ES384": 48, "ES512": 66}
SIGNER = "2.23.136.1.1.14.2"  # may sign health seals (Doc 9303-12)


def base64url(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def read(text, anchors):
    seal = json.loads(text)
    sig = seal["sig"]
    raw, width = base64url(sig["sigvl"]), WIDTHS[sig["alg"]]
    if len(raw) != 2 * width:
        raise ValueError("length of the signature")
    certificate = x509.load_der_x509_certificate(base64url(sig["cer"]))
    usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    if not usage.critical or [u.dotted_string for u in usage.value] != [SIGNER]:
        raise ValueError("extended key usage")
    for anchor in anchors:
        if certificate.issuer == anchor.subject:
            try:
                anchor.public_key().verify(certificate.signature, certificate.tbs_certificate_bytes,
                                           ec.ECDSA(certificate.signature_hash_algorithm))
                break
            except InvalidSignature:
                continue
    else:
        raise ValueError("no anchor vouches for the signer")
    signature = encode_dss_signature(int.from_bytes(raw[:width], "big"), int.from_bytes(raw[width:], "big"))
    certificate.public_key().verify(signature, canonicaljson.encode_canonical_json(seal["data"]), ec.ECDSA(HASHES[sig["alg"]]))
    return seal["data"]


def main(directory, times=0):
    directory = pathlib.Path(directory)
    pem = (directory / "anchors.pem").read_bytes()
    anchors = []
    for block in pem.split(b"-----BEGIN CERTIFICATE-----")[1:]:
        c = x509.load_pem_x509_certificate(b"-----BEGIN CERTIFICATE-----" + block.split(b"-----END CERTIFICATE-----")[0] + b"-----END CERTIFICATE-----\n")
        try:
            if c.extensions.get_extension_for_class(x509.BasicConstraints).value.ca:
                anchors.append(c)
        except x509.ExtensionNotFound:
            pass
    expected = json.loads((directory / "expected.json").read_text())
    if times:
        text = (directory / next(e["file"] for e in expected if e["format"] == "vdsnc")).read_text()
        start = time.perf_counter_ns()
        for _ in range(int(times)):
            read(text, anchors)
        each = (time.perf_counter_ns() - start) // int(times)
        print(f"BenchmarkSpecimen/vdsnc/Python_and_canonicaljson\t{times}\t{each} ns/op")
        return 0
    passed = failed = 0
    for e in expected:
        if e["format"] != "vdsnc":
            continue
        holds = e["reasons"][0] not in ("signature", "not-a-seal", "unknown-signer", "unknown-anchor")
        data, why = None, ""
        try:
            data = read((directory / e["file"]).read_text(), anchors)
        except (ValueError, KeyError, InvalidSignature) as err:
            why = f"{type(err).__name__} {err}"
        ok = (data is not None) == holds
        if ok and data:
            person = data["msg"]["pid"]
            ok = (person["n"], person["dob"], person.get("dn") or person.get("i")) == ("YANGBEN  SPECIMEN", "1984-03-08", "E00000000")
            why = "says something else"
        if ok:
            passed += 1
        else:
            failed += 1
            print(f"FAIL {e['file']} ({e['about']}): {why or 'read'}, want {'read' if holds else 'refused'}")
    print("VDS-NC by Python, canonicaljson and cryptography")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
