package trust

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"crypto/x509"
	"encoding/asn1"
	"encoding/base64"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"pratique/data/revocation"
	"pratique/data/seal/hcert"
	"pratique/data/seal/jcs"
	"pratique/data/seal/x509ec"
)

// Limits of what is read.
const (
	maxFile  = 16 << 20 // bytes of a file, or of one in a ZIP
	maxWhole = 64 << 20 // bytes of all files of a ZIP or folder
	maxFiles = 10_000   // in a ZIP or folder
	maxItems = 20_000   // certificates, keys or entries of a list
)

// ErrContent says that a file holds nothing that trust could come from; it is
// wrapped with what was read and why reading stopped.
var ErrContent = errors.New("no certificates, keys or lists that can be used")

// suffixes are those of the files that are looked at in a folder or a ZIP.
var suffixes = []string{".pem", ".crt", ".cer", ".der", ".crl", ".json", ".jwks", ".ml", ".mls", ".zip", ".bin", ".txt", ".revocations"}

// ReadContent reads a file, whatever it is: certificates or CRLs in PEM or DER,
// a CSCA master list, a list of signer certificates in JSON as the EU's
// ({"certificates": [{"kid", "rawData"}]}, or the array alone, also with a line
// with its signature before it, which is not looked at), a JSON Web Key Set, a
// directory of such sets, a DID document, a revocation list, or a ZIP with any
// of these. What cannot be used of it is in Refused with the reason; where that
// is everything, the error wraps [ErrContent].
func ReadContent(b []byte) (c Content, err error) {
	if c, err = read(b, true); err != nil {
		return Content{Refused: c.Refused}, err
	}
	if c.Len() == 0 {
		return c, fmt.Errorf("trust: %w", ErrContent)
	}
	return c.once(), nil
}

// ReadPath reads a file, or the files of a folder as if they were one; of the
// folder of a post, anchor.pem alone. Hash is the SHA-256 of the file, of a
// folder that over those of its files in the order of their names.
func ReadPath(path string) (c Content, hash string, err error) {
	whole, n := 0, 0
	sums := sha256.New()
	err = walk(path, func(file string) error {
		b, err := readFile(file)
		if err != nil {
			return err
		}
		if whole, n = whole+len(b), n+1; whole > maxWhole || n > maxFiles {
			return fmt.Errorf("trust: %s: more than %d bytes or %d files", path, maxWhole, maxFiles)
		}
		sum := sha256.Sum256(b)
		sums.Write(sum[:])
		hash = hex.EncodeToString(sum[:])
		one, err := read(b, true)
		if err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
		c.merge(one)
		return nil
	})
	if err == nil && c.Len() == 0 {
		err = fmt.Errorf("trust: %s: %w", path, ErrContent)
	}
	if n > 1 {
		hash = hex.EncodeToString(sums.Sum(nil))
	}
	return c.once(), hash, err
}

// walk calls fn with a file, or with those of a folder that are looked at.
func walk(path string, fn func(file string) error) error {
	info, err := os.Stat(path)
	if err != nil {
		return fmt.Errorf("trust: %w", err)
	}
	if !info.IsDir() {
		return fn(path)
	}
	return filepath.WalkDir(path, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			anchor := filepath.Join(p, AnchorFile)
			if _, err := os.Stat(anchor); err != nil {
				return nil
			}
			if err := fn(anchor); err != nil {
				return err
			}
			return fs.SkipDir // a post's folder
		}
		if !slices.Contains(suffixes, strings.ToLower(filepath.Ext(p))) || strings.EqualFold(filepath.Ext(p), ".txt") && !isRevocations(p) {
			return nil
		}
		return fn(p)
	})
}

// isRevocations reports whether a text file is a revocation list of ours: people
// put all kinds of other texts beside their lists.
func isRevocations(path string) bool {
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	b, _ := io.ReadAll(io.LimitReader(f, 256))
	_, ok := revocation.NameOf(b)
	return ok
}

func readFile(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("trust: %w", err)
	}
	if info.Size() > maxFile {
		return nil, fmt.Errorf("trust: %s: larger than %d bytes", path, maxFile)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("trust: %w", err)
	}
	return b, nil
}

// read reads one file. A ZIP in a ZIP is none.
func read(b []byte, zipped bool) (c Content, err error) {
	if len(b) > maxFile {
		return c, fmt.Errorf("trust: %w: more than %d bytes", ErrContent, maxFile)
	}
	if bytes.HasPrefix(b, []byte("PK\x03\x04")) {
		if !zipped {
			return c, fmt.Errorf("trust: %w: a ZIP in a ZIP", ErrContent)
		}
		return readZIP(b)
	}
	if _, ok := revocation.NameOf(b); ok {
		return Content{Revocations: [][]byte{b}}, nil
	}
	switch trimmed := bytes.TrimLeft(b, " \r\n\t\ufeff"); {
	case bytes.Contains(b, []byte("-----BEGIN ")):
		return readPEM(b)
	case len(trimmed) > 0 && (trimmed[0] == '{' || trimmed[0] == '['):
		return readJSON(trimmed)
	case len(b) > 0 && b[0] == 0x30:
		return readDER(b)
	case isText(b):
		// A signature on the first line, what it is over after it.
		first, rest, ok := bytes.Cut(trimmed, []byte("\n"))
		if _, err := base64.StdEncoding.DecodeString(strings.TrimSpace(string(first))); ok && err == nil && len(rest) > 0 && (rest[0] == '{' || rest[0] == '[') {
			return readJSON(rest)
		}
	default:
		if _, err := revocation.ReadBloom(b); err == nil {
			return Content{Revocations: [][]byte{b}}, nil
		}
		if _, err := revocation.ReadPartial(b); err == nil {
			return Content{Revocations: [][]byte{b}}, nil
		}
	}
	return c, fmt.Errorf("trust: %w: neither PEM, DER, JSON, ZIP nor a revocation list", ErrContent)
}

func isText(b []byte) bool {
	return utf8.Valid(b) && !strings.ContainsFunc(string(b), func(r rune) bool { return unicode.IsControl(r) && !unicode.IsSpace(r) })
}

func readZIP(b []byte) (c Content, err error) {
	r, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		return c, fmt.Errorf("trust: %w: ZIP: %w", ErrContent, err)
	}
	if len(r.File) > maxFiles {
		return c, fmt.Errorf("trust: %w: ZIP of more than %d files", ErrContent, maxFiles)
	}
	left := int64(maxWhole)
	for _, f := range r.File {
		if f.FileInfo().IsDir() || !slices.Contains(suffixes, strings.ToLower(filepath.Ext(f.Name))) {
			continue
		}
		one, err := inflate(f, min(left, maxFile))
		if err != nil {
			return c, fmt.Errorf("trust: %w: ZIP: %s: %w", ErrContent, f.Name, err)
		}
		left -= int64(len(one))
		content, err := read(one, false)
		if err != nil {
			c.Refused = append(c.Refused, Refused{f.Name, RefusedDamaged, err.Error()})
		}
		c.merge(content)
	}
	return c, nil
}

// inflate reads a file of a ZIP, which may say any size.
func inflate(f *zip.File, most int64) ([]byte, error) {
	r, err := f.Open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	b, err := io.ReadAll(io.LimitReader(r, most+1))
	if err == nil && int64(len(b)) > most {
		err = fmt.Errorf("more than %d bytes", most)
	}
	return b, err
}

func readPEM(b []byte) (c Content, err error) {
	c.Verifiers, c.Refused = verifiersIn(b)
	n := 0
	for block, rest := pem.Decode(b); block != nil; block, rest = pem.Decode(rest) {
		if n++; n > maxItems {
			return c, fmt.Errorf("trust: %w: more than %d blocks of PEM", ErrContent, maxItems)
		}
		name := fmt.Sprintf("block %d", n)
		switch block.Type {
		case "CERTIFICATE":
			c.addDER(block.Bytes, name)
		case "X509 CRL":
			c.addCRL(block.Bytes, name)
		case "CMS", "PKCS7":
			one, err := readMasterList(block.Bytes)
			if err != nil {
				c.Refused = append(c.Refused, Refused{name, RefusedSigner, err.Error()})
				continue
			}
			c.merge(one)
		default:
			c.Refused = append(c.Refused, Refused{name, RefusedKind, block.Type})
		}
	}
	if n == 0 {
		return c, fmt.Errorf("trust: %w: no block of PEM is whole", ErrContent)
	}
	return c, nil
}

// readDER reads certificates one after the other, a CRL, or a master list.
func readDER(b []byte) (c Content, err error) {
	if isCMS(b) {
		if c, err = readMasterList(b); err != nil {
			return Content{}, fmt.Errorf("trust: %w: %w", ErrContent, err)
		}
		return c, nil
	}
	if l, err := x509.ParseRevocationList(b); err == nil {
		c.CRLs = append(c.CRLs, l)
		return c, nil
	}
	for n := 1; len(b) > 0; n++ {
		var one asn1.RawValue
		if b, err = asn1.Unmarshal(b, &one); err != nil || n > maxItems {
			return c, fmt.Errorf("trust: %w: DER: element %d: %v", ErrContent, n, err)
		}
		c.addDER(one.FullBytes, fmt.Sprintf("certificate %d", n))
	}
	return c, nil
}

// addDER takes a certificate.
func (c *Content) addDER(der []byte, name string) {
	x, err := x509ec.ParseCertificate(der)
	switch {
	case err == nil:
		c.Certificates = append(c.Certificates, x)
	case errors.Is(err, x509ec.ErrCurve), strings.Contains(err.Error(), "unsupported elliptic curve"):
		c.Refused = append(c.Refused, Refused{name, RefusedCurve, err.Error()})
	default:
		c.Refused = append(c.Refused, Refused{name, RefusedDamaged, err.Error()})
	}
}

func (c *Content) addCRL(der []byte, name string) {
	l, err := x509.ParseRevocationList(der)
	if err != nil {
		c.Refused = append(c.Refused, Refused{name, RefusedDamaged, err.Error()})
		return
	}
	c.CRLs = append(c.CRLs, l)
}

// readJSON reads a list in JSON, told by what is in it.
func readJSON(b []byte) (c Content, err error) {
	tree, err := jcs.Parse(b)
	if err != nil {
		return c, fmt.Errorf("trust: %w: %w", ErrContent, err)
	}
	whole := object(tree)
	switch {
	case whole == nil:
		c.addList(list(tree))
	case whole["hashType"] != nil:
		if _, err := revocation.ReadBatch(b); err != nil {
			return c, fmt.Errorf("trust: %w: %w", ErrContent, err)
		}
		c.Revocations = [][]byte{b}
	case whole["rids"] != nil:
		if _, err := revocation.ReadCards(b); err != nil {
			return c, fmt.Errorf("trust: %w: %w", ErrContent, err)
		}
		c.Revocations = [][]byte{b}
	case whole["keys"] != nil:
		c.addKeys(whole["keys"], "")
	case whole["issuerInfo"] != nil: // a directory of issuers of SMART Health Cards
		for _, i := range list(whole["issuerInfo"]) {
			c.addKeys(object(i)["keys"], text(object(object(i)["issuer"])["iss"]))
		}
	case whole["certificates"] != nil:
		c.addList(list(whole["certificates"]))
	case whole["verificationMethod"] != nil:
		c.addDID(whole)
	case whole["rawData"] != nil, whole["publicKeyJwk"] != nil:
		c.addList([]any{whole})
	case whole["kty"] != nil:
		c.addKeys([]any{whole}, "")
	default:
		return c, fmt.Errorf("trust: %w: JSON of none of the kinds that are read", ErrContent)
	}
	if len(c.Certificates)+len(c.Keys) > maxItems {
		return Content{}, fmt.Errorf("trust: %w: more than %d entries", ErrContent, maxItems)
	}
	return c, nil
}

func (c *Content) addKeys(keys any, holder string) {
	for i, k := range list(keys) {
		if jwk := object(k); jwk != nil {
			c.addJWK(jwk, "", holder)
		} else {
			c.Refused = append(c.Refused, Refused{fmt.Sprintf("keys[%d]", i), RefusedDamaged, "no object"})
		}
	}
}

// addList takes the entries of a list: signer certificates as the EU's lists
// have them, DID documents, or parts of them.
func (c *Content) addList(entries []any) {
	for i, e := range entries {
		entry := object(e)
		name := fmt.Sprintf("entry %d", i+1)
		if kid := text(entry["kid"]); kid != "" {
			name = kid
		}
		switch {
		case entry["verificationMethod"] != nil:
			c.addDID(entry)
		case entry["publicKeyJwk"] != nil:
			c.addMethod(entry, func(string) bool { return false }, false)
		case entry["rawData"] != nil:
			der, err := base64.StdEncoding.DecodeString(text(entry["rawData"]))
			if err != nil {
				c.Refused = append(c.Refused, Refused{name, RefusedDamaged, "rawData is not base64"})
				continue
			}
			before := len(c.Certificates)
			c.addDER(der, name)
			if kid := text(entry["kid"]); kid != "" && len(c.Certificates) > before {
				if x := c.Certificates[before]; kidText(hcert.KID(x)) != kid {
					c.Certificates = c.Certificates[:before]
					c.Refused = append(c.Refused, Refused{x.Subject.String(), RefusedKID, "not the hash of the certificate: " + kid})
				}
			}
		default:
			c.Refused = append(c.Refused, Refused{name, RefusedKind, ""})
		}
	}
}
