// Package x509ec reads certificates as crypto/x509 does, and also those that
// spell out their elliptic curve, as ICAO Doc 9303-12 section 4.4 asks of
// country signing authorities. crypto/x509 knows curves by name only.
//
// # The bytes
//
// A named curve is an OBJECT IDENTIFIER in the subjectPublicKeyInfo; an
// explicit one is ECParameters of ANSI X9.62, as in RFC 3279 §2.3.5:
//
//	SEQUENCE {
//	    INTEGER 1..3                               version
//	    SEQUENCE { OID 1.2.840.10045.1.1, p }      a prime field
//	    SEQUENCE { a, b, seed OPTIONAL }           OCTET STRINGs, a BIT STRING
//	    base                                       OCTET STRING, a point
//	    order                                      INTEGER
//	    cofactor OPTIONAL                          INTEGER 1
//	    hash OPTIONAL
//	}
//
// Parameters are taken only if p, a, b, base, order and cofactor are exactly
// those of P-256, P-384 or P-521 (FIPS 186-4 appendix D.1.2): on any other
// curve a signature could be made to hold (CVE-2020-0601). The seed tells where
// b came from and changes nothing.
package x509ec

import (
	"bytes"
	"crypto/elliptic"
	"crypto/x509"
	"encoding/asn1"
	"errors"
	"fmt"
	"math/big"
)

// ErrCurve says that a certificate spells out a curve other than the three.
var ErrCurve = errors.New("not a curve known here")

var (
	oidPublicKey  = asn1.ObjectIdentifier{1, 2, 840, 10045, 2, 1}
	oidPrimeField = asn1.ObjectIdentifier{1, 2, 840, 10045, 1, 1}
)

// curves are the curves of crypto/x509 that are worth knowing, by name. The
// coefficient a of each is p-3.
var curves = []struct {
	name  asn1.ObjectIdentifier
	curve elliptic.Curve
}{
	{asn1.ObjectIdentifier{1, 2, 840, 10045, 3, 1, 7}, elliptic.P256()},
	{asn1.ObjectIdentifier{1, 3, 132, 0, 34}, elliptic.P384()},
	{asn1.ObjectIdentifier{1, 3, 132, 0, 35}, elliptic.P521()},
}

type certificate struct {
	TBS       asn1.RawValue
	Algorithm asn1.RawValue
	Signature asn1.BitString
}

type publicKeyInfo struct {
	Algorithm struct {
		OID        asn1.ObjectIdentifier
		Parameters asn1.RawValue
	}
	PublicKey asn1.BitString
}

type parameters struct {
	Version int
	Field   struct {
		Type  asn1.ObjectIdentifier
		Prime *big.Int
	}
	Curve struct {
		A, B []byte
		Seed asn1.BitString `asn1:"optional"`
	}
	Base     []byte
	Order    *big.Int
	Cofactor *big.Int      `asn1:"optional"`
	Hash     asn1.RawValue `asn1:"optional"`
}

// ParseCertificate reads one certificate in DER. Of one that spells out its
// curve, Raw, RawTBSCertificate and RawSubjectPublicKeyInfo are the bytes as
// they were given, so that fingerprints and signatures are over those.
func ParseCertificate(der []byte) (*x509.Certificate, error) {
	c, err := x509.ParseCertificate(der)
	if err == nil {
		return c, nil
	}
	tbs, spki, named, explicit := rename(der)
	if explicit != nil {
		return nil, errors.Join(explicit, err)
	}
	c, err = x509.ParseCertificate(named)
	if err != nil {
		return nil, err
	}
	c.Raw, c.RawTBSCertificate, c.RawSubjectPublicKeyInfo = bytes.Clone(der), bytes.Clone(tbs), bytes.Clone(spki)
	return c, nil
}

// ParseCertificates reads certificates in DER, one after the other.
func ParseCertificates(der []byte) (all []*x509.Certificate, err error) {
	for len(der) > 0 {
		var one asn1.RawValue
		rest, err := asn1.Unmarshal(der, &one)
		if err != nil {
			return nil, fmt.Errorf("certificate: %w", err)
		}
		c, err := ParseCertificate(one.FullBytes)
		if err != nil {
			return nil, err
		}
		all, der = append(all, c), rest
	}
	return all, nil
}

// rename is the certificate with its curve's name in place of the explicit
// parameters, and the parts that the change touches as they were.
func rename(der []byte) (tbs, spki, named []byte, err error) {
	var c certificate
	if rest, err := asn1.Unmarshal(der, &c); err != nil || len(rest) > 0 {
		return nil, nil, nil, errors.New("not a certificate")
	}
	// The key is the element after the subject: version (if not the first),
	// serial number, algorithm, issuer, validity, subject.
	var elements []asn1.RawValue
	for rest := c.TBS.Bytes; len(rest) > 0; {
		var e asn1.RawValue
		if rest, err = asn1.Unmarshal(rest, &e); err != nil {
			return nil, nil, nil, fmt.Errorf("certificate: %w", err)
		}
		elements = append(elements, e)
	}
	key := 5
	if len(elements) > 0 && elements[0].Class == asn1.ClassContextSpecific && elements[0].Tag == 0 {
		key++
	}
	if len(elements) <= key {
		return nil, nil, nil, errors.New("certificate without a key")
	}
	was := elements[key].FullBytes
	is, err := renameKey(was)
	if err != nil {
		return nil, nil, nil, err
	}
	before := len(c.TBS.Bytes)
	for _, e := range elements[key:] {
		before -= len(e.FullBytes)
	}
	body := bytes.Join([][]byte{c.TBS.Bytes[:before], is, c.TBS.Bytes[before+len(was):]}, nil)
	tbs = c.TBS.FullBytes
	if c.TBS.FullBytes, err = asn1.Marshal(asn1.RawValue{Tag: asn1.TagSequence, IsCompound: true, Bytes: body}); err != nil {
		return nil, nil, nil, err
	}
	named, err = asn1.Marshal(c)
	return tbs, was, named, err
}

// renameKey is a subjectPublicKeyInfo with a named curve.
func renameKey(der []byte) ([]byte, error) {
	var key publicKeyInfo
	if rest, err := asn1.Unmarshal(der, &key); err != nil || len(rest) > 0 || !key.Algorithm.OID.Equal(oidPublicKey) {
		return nil, errors.New("not an elliptic curve key")
	}
	var p parameters
	if rest, err := asn1.Unmarshal(key.Algorithm.Parameters.FullBytes, &p); err != nil || len(rest) > 0 {
		return nil, errors.New("no explicit curve parameters")
	}
	name, err := p.name()
	if err != nil {
		return nil, err
	}
	parameters, err := asn1.Marshal(name)
	if err != nil {
		return nil, err
	}
	key.Algorithm.Parameters = asn1.RawValue{FullBytes: parameters}
	return asn1.Marshal(key)
}

// name is the name of the curve that the parameters are exactly those of.
func (p parameters) name() (asn1.ObjectIdentifier, error) {
	for _, known := range curves {
		c := known.curve.Params()
		width := (c.BitSize + 7) / 8
		a := new(big.Int).Sub(c.P, big.NewInt(3)).FillBytes(make([]byte, width))
		gx, gy := c.Gx.FillBytes(make([]byte, width)), c.Gy.FillBytes(make([]byte, width))
		uncompressed := append(append([]byte{4}, gx...), gy...)
		compressed := append([]byte{byte(2 + c.Gy.Bit(0))}, gx...)
		if p.Version >= 1 && p.Version <= 3 && p.Field.Type.Equal(oidPrimeField) && p.Field.Prime.Cmp(c.P) == 0 &&
			bytes.Equal(p.Curve.A, a) && bytes.Equal(p.Curve.B, c.B.FillBytes(make([]byte, width))) &&
			(bytes.Equal(p.Base, uncompressed) || bytes.Equal(p.Base, compressed)) && p.Order.Cmp(c.N) == 0 &&
			(p.Cofactor == nil || p.Cofactor.Cmp(big.NewInt(1)) == 0) {
			return known.name, nil
		}
	}
	return nil, ErrCurve
}
