"""Reads a VDS-NC seal, written from the format's description alone.

    python3 reader.py SEAL.json AUTHORITY.der

checks the signature and that the authority vouches for the signer certificate,
and prints what is signed as JSON. It needs cryptography. Exit status 1: not to
be trusted.
"""
import base64
import json
import sys

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils

HASHES = {"ES256": hashes.SHA256, "ES384": hashes.SHA384, "ES512": hashes.SHA512}


def main(seal, authority):
    seal = json.load(open(seal, encoding="utf-8"))
    # RFC 8785, for a text that is ASCII and has no numbers but small integers.
    signed = json.dumps(seal["data"], sort_keys=True, separators=(",", ":")).encode()
    signer = x509.load_der_x509_certificate(base64.urlsafe_b64decode(seal["sig"]["cer"]))
    rs = base64.urlsafe_b64decode(seal["sig"]["sigvl"])
    half = len(rs) // 2
    der = utils.encode_dss_signature(int.from_bytes(rs[:half], "big"), int.from_bytes(rs[half:], "big"))
    authority = x509.load_der_x509_certificate(open(authority, "rb").read())
    try:
        signer.public_key().verify(der, signed, ec.ECDSA(HASHES[seal["sig"]["alg"]]()))
        authority.public_key().verify(signer.signature, signer.tbs_certificate_bytes, ec.ECDSA(signer.signature_hash_algorithm))
    except InvalidSignature:
        sys.exit("a signature does not hold")
    json.dump(seal["data"], sys.stdout)


main(*sys.argv[1:])
