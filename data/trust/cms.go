package trust

import (
	"bytes"
	"crypto"
	_ "crypto/sha256" // the digests
	_ "crypto/sha512"
	"crypto/x509"
	"encoding/asn1"
	"errors"
	"fmt"
	"slices"

	"pratique/data/seal/x509ec"
)

// A CSCA master list is CMS SignedData (RFC 5652) in DER around (Doc 9303-12
// §9.2)
//
//	CscaMasterList ::= SEQUENCE { version INTEGER, certList SET OF Certificate }
//
// with the content type 2.23.136.1.1.2. Its signature is checked with the
// certificate of the signer that it carries, which one of the authorities in the
// list must have issued. So it is whole; whose it is, two officers compare.
var (
	oidSignedData    = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 2}
	oidMasterList    = asn1.ObjectIdentifier{2, 23, 136, 1, 1, 2}
	oidMessageDigest = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 4}
	oidContentType   = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 3}
	oidRSAPSS        = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 10}
)

var errCMS = errors.New("not a CSCA master list")

var cmsDigests = []struct {
	oid  asn1.ObjectIdentifier
	hash crypto.Hash
	rsa  x509.SignatureAlgorithm
	pss  x509.SignatureAlgorithm
	ec   x509.SignatureAlgorithm
}{
	{asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 1}, crypto.SHA256, x509.SHA256WithRSA, x509.SHA256WithRSAPSS, x509.ECDSAWithSHA256},
	{asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 2}, crypto.SHA384, x509.SHA384WithRSA, x509.SHA384WithRSAPSS, x509.ECDSAWithSHA384},
	{asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 3}, crypto.SHA512, x509.SHA512WithRSA, x509.SHA512WithRSAPSS, x509.ECDSAWithSHA512},
}

type algorithmIdentifier struct {
	OID        asn1.ObjectIdentifier
	Parameters asn1.RawValue `asn1:"optional"`
}

type contentInfo struct {
	Type    asn1.ObjectIdentifier
	Content asn1.RawValue `asn1:"explicit,tag:0"`
}

type signedData struct {
	Version      int
	Digests      []algorithmIdentifier `asn1:"set"`
	Encapsulated struct {
		Type    asn1.ObjectIdentifier
		Content []byte `asn1:"explicit,tag:0"`
	}
	Certificates asn1.RawValue `asn1:"optional,tag:0"`
	CRLs         asn1.RawValue `asn1:"optional,tag:1"`
	Signers      []signerInfo  `asn1:"set"`
}

type signerInfo struct {
	Version    int
	ID         asn1.RawValue // issuer and serial number, or [0] key identifier
	Digest     algorithmIdentifier
	Attributes asn1.RawValue `asn1:"optional,tag:0"`
	Algorithm  algorithmIdentifier
	Signature  []byte
	Unsigned   asn1.RawValue `asn1:"optional,tag:1"`
}

type attribute struct {
	Type   asn1.ObjectIdentifier
	Values asn1.RawValue `asn1:"set"`
}

// isCMS reports whether DER is CMS SignedData.
func isCMS(der []byte) bool {
	var c contentInfo
	_, err := asn1.Unmarshal(der, &c)
	return err == nil && c.Type.Equal(oidSignedData)
}

// readMasterList reads a CSCA master list.
func readMasterList(der []byte) (c Content, err error) {
	var info contentInfo
	var signed signedData
	if rest, err := asn1.Unmarshal(der, &info); err != nil || len(rest) > 0 || !info.Type.Equal(oidSignedData) {
		return c, fmt.Errorf("%w: no CMS SignedData in DER", errCMS)
	}
	if rest, err := asn1.Unmarshal(info.Content.Bytes, &signed); err != nil || len(rest) > 0 {
		return c, fmt.Errorf("%w: SignedData: %v", errCMS, err)
	}
	if !signed.Encapsulated.Type.Equal(oidMasterList) {
		return c, fmt.Errorf("%w: content of type %s", errCMS, signed.Encapsulated.Type)
	}
	var content struct {
		Version int
		List    []asn1.RawValue `asn1:"set"`
	}
	if rest, err := asn1.Unmarshal(signed.Encapsulated.Content, &content); err != nil || len(rest) > 0 || content.Version != 0 {
		return c, fmt.Errorf("%w: list of version %d: %v", errCMS, content.Version, err)
	}
	if len(content.List) > maxItems {
		return c, fmt.Errorf("%w: more than %d certificates", errCMS, maxItems)
	}
	for i, raw := range content.List {
		c.addDER(raw.FullBytes, fmt.Sprintf("certificate %d", i+1))
	}
	carried, err := x509ec.ParseCertificates(signed.Certificates.Bytes)
	if err != nil {
		// The list's own authority may have a key that is not known here.
		carried = nil
		for rest := signed.Certificates.Bytes; len(rest) > 0; {
			var one asn1.RawValue
			if rest, err = asn1.Unmarshal(rest, &one); err != nil {
				return c, fmt.Errorf("%w: certificates: %w", errCMS, err)
			}
			if x, err := x509ec.ParseCertificate(one.FullBytes); err == nil {
				carried = append(carried, x)
			}
		}
	}
	if len(signed.Signers) != 1 {
		return c, fmt.Errorf("%w: %d signatures, want one", errCMS, len(signed.Signers))
	}
	signer, err := signed.Signers[0].verify(signed.Encapsulated.Content, carried)
	if err != nil {
		return c, fmt.Errorf("%w: %w", errCMS, err)
	}
	if !slices.ContainsFunc(slices.Concat(c.Certificates, carried), func(a *x509.Certificate) bool { return isAnchor(a) && signer.CheckSignatureFrom(a) == nil }) {
		return c, fmt.Errorf("%w: no authority of the list issued the certificate of its signer, %s", errCMS, signer.Subject)
	}
	c.Signer = signer.Subject.String()
	return c, nil
}

// verify checks a signature over content and returns the certificate whose key
// made it.
func (s signerInfo) verify(content []byte, carried []*x509.Certificate) (*x509.Certificate, error) {
	for _, d := range cmsDigests {
		if !d.oid.Equal(s.Digest.OID) {
			continue
		}
		h := d.hash.New()
		h.Write(content)
		sum := h.Sum(nil)
		if len(s.Attributes.Bytes) == 0 {
			return nil, errors.New("the signature has no signed attributes")
		}
		if err := checkAttributes(s.Attributes.Bytes, sum); err != nil {
			return nil, err
		}
		// What is signed is the attributes as a SET, with the tag of one.
		set, err := asn1.Marshal(asn1.RawValue{Tag: asn1.TagSet, IsCompound: true, Bytes: s.Attributes.Bytes})
		if err != nil {
			return nil, err
		}
		for _, c := range carried {
			if !s.names(c) {
				continue
			}
			algorithm := d.ec
			switch {
			case s.Algorithm.OID.Equal(oidRSAPSS):
				algorithm = d.pss
			case c.PublicKeyAlgorithm == x509.RSA:
				algorithm = d.rsa
			}
			if err := c.CheckSignature(algorithm, set, s.Signature); err != nil {
				return nil, fmt.Errorf("the signature of %s does not hold: %w", c.Subject, err)
			}
			return c, nil
		}
		return nil, errors.New("the certificate of the signer is not there, or its key is of a kind that is not known here")
	}
	return nil, fmt.Errorf("digest %s", s.Digest.OID)
}

// names reports whether a signature says that it is by the key of a certificate.
func (s signerInfo) names(c *x509.Certificate) bool {
	if s.ID.Class == asn1.ClassContextSpecific && s.ID.Tag == 0 {
		return len(c.SubjectKeyId) > 0 && bytes.Equal(s.ID.Bytes, c.SubjectKeyId)
	}
	var issuer asn1.RawValue
	rest, err := asn1.Unmarshal(s.ID.Bytes, &issuer)
	if err != nil || !bytes.Equal(issuer.FullBytes, c.RawIssuer) {
		return false
	}
	serial, err := asn1.Marshal(c.SerialNumber)
	return err == nil && bytes.Equal(rest, serial)
}

// checkAttributes: what is signed is of this type and this digest.
func checkAttributes(set, digest []byte) error {
	var found, typed bool
	for rest := set; len(rest) > 0; {
		var a attribute
		var err error
		if rest, err = asn1.Unmarshal(rest, &a); err != nil {
			return fmt.Errorf("signed attributes: %w", err)
		}
		switch {
		case a.Type.Equal(oidMessageDigest):
			var d []byte
			if rest, err := asn1.Unmarshal(a.Values.Bytes, &d); err != nil || len(rest) > 0 || found || !bytes.Equal(d, digest) {
				return errors.New("the list is not what was signed")
			}
			found = true
		case a.Type.Equal(oidContentType):
			var t asn1.ObjectIdentifier
			if rest, err := asn1.Unmarshal(a.Values.Bytes, &t); err != nil || len(rest) > 0 || typed || !t.Equal(oidMasterList) {
				return errors.New("something else than a master list was signed")
			}
			typed = true
		}
	}
	if !found || !typed {
		return errors.New("signed attributes without digest or type")
	}
	return nil
}
