// Package hcert reads and writes the certificate seal: the text in the QR of
// every certificate. It holds no keys and signs nothing.
//
// # The bytes
//
// The container is the Electronic Health Certificate of eHealth Network,
// "Technical Specifications for EU Digital COVID Certificates volume 1"
// (hcert_spec 1.0.8 §3–4), so that base libraries of any country open it:
//
//	"HC1:" + base45( zlib( COSE_Sign1 ) )
//
//	COSE_Sign1 = 18([ protected, {}, payload, signature ])      RFC 9052 §4.2
//	protected  = bstr of {1: -7, 4: kid}                          -7 is ES256
//	kid        = first 8 bytes of SHA-256 over the signer certificate's DER
//	signature  = ECDSA P-256 with SHA-256 over
//	             ["Signature1", protected, h'', payload], r then s, 32 bytes each
//	payload    = bstr of the claims                                  RFC 8392
//	claims     = {1: issuer, 4: expires, 6: issued, -260: {-80: record}}
//
// base45 is RFC 9285. zlib is RFC 1950; any library inflates it. A certificate
// seal has one text only: its stream is the one that deflate.go describes, so a
// text with a character changed is never the same seal.
// All CBOR is RFC 8949 in its core deterministic encoding (§4.2.1). Issuer is
// the ISO 3166-1 alpha-2 code of the state ("UT" is Utopia); expires and
// issued are Unix seconds of whole minutes. Under -260 ("hcert") key 1 is the
// EU certificate; negative keys are free for private use, and -80 is this
// record, a map:
//
//	 1  version     1
//	 2  practice    true: made for training, worth nothing; absent otherwise
//	 3  number      12 characters, see below
//	 4  names       [surname, given names, native-script name]; "" where none
//	 5  birth       "1984-03-08", or less where the document says less
//	 6  sex         "M", "F" or "X"
//	 7  nationality ICAO 9303-3 code
//	 8  document    [kind, issuer (ICAO 9303-3), number, expires "2031-03-08"]
//	 9  tests       [[kind, specimen, method, laboratory, result,
//	                 sampled, analysed or null, reported] …]; absent if none
//	10  doses       [[date, product, lot, country (ICAO 9303-3), place] …];
//	                absent if none
//	11  offset      of the post's clock at issue, in minutes east of UTC; it
//	                belongs to the claims issued and expires
//	12  window      [from, until, why]: when the medical statement holds
//	13  colour      "green", or "blue": good only together with the last test
//	14  marks       [who prepared it, who approved it]
//	15  replaces    number of the certificate that this one corrects, 12
//	                characters, another than its own; absent if none
//	16  notice      [name, version from 1]: the requirements it was assessed
//	                by; absent if the post had none in force
//	17  last test   [kind, hours from 1]: whoever boards the traveller must see
//	                a negative test of that kind, sampled within so many hours
//	                before departure; there if the colour is blue, and only then
//
// A moment (sampled, analysed, reported, from, until) is [minutes since
// 1970-01-01 00:00 UTC, offset of the place in minutes east of UTC]: wall
// clock and instant both follow from it. Kinds, specimens, methods, results
// and products are the codes of the lists in assets/codes, readable as they
// stand. Texts are UTF-8 in normal form C. A reader that meets another version
// or another key must say that it is too old to read the seal. Keys 16 and 17
// came later: seals made before have neither, and read as they always did.
//
// A number is post code (2), random (9) and check character (1) in
// Crockford's base32; package data says how the check is reckoned.
//
// A full record, which is written for the authorities of an encrypted seal alone
// (package sealed), has one more claim under -260: -81, the particulars. Package
// sealed says what they are.
//
// # Seals of others
//
// Certificates of other issuers come in the same container, written more
// freely: [DecodeForeign] reads those, and [Decode] nothing but our own.
//
// # Worked example
//
// [Example] prints a seal's parts one by one; testdata/example.txt holds the
// text, made with the key of testdata/example.key.
package hcert
