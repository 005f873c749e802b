// Package vdsnc reads and writes ICAO's Visible Digital Seal for
// Non-Constrained environments: the test seal (icao.test) and the vaccination
// seal (icao.vacc). It holds no keys and signs nothing.
//
// # The bytes
//
// The text of the QR (byte mode, no prefix) is JSON, from ICAO's technical
// report "VDS-NC: Visible Digital Seal for non-constrained environments",
// version 1:
//
//	{"data": {"hdr": {"t": "icao.test", "v": 1, "is": "UTO"}, "msg": {…}},
//	 "sig":  {"alg": "ES256", "cer": "…", "sigvl": "…"}}
//
//	t      "icao.test" or "icao.vacc"
//	is     issuing state, the code of Doc 9303-3 ("UTO" is Utopia)
//	alg    "ES256", "ES384" or "ES512": the curve is P-256, P-384 or P-521
//	cer    the signer certificate in DER, base64url (RFC 4648 §5)
//	sigvl  r then s, of the curve's width each, base64url
//
// The signature is over the UTF-8 of the value of "data", {"hdr":…,"msg":…}, in
// the canonical JSON of RFC 8785; package jcs says what that is. We write the
// whole text in canonical JSON and pad base64url with "="; both are read in any
// order of members, with white space, padded or not, and in an array of one
// element, as issuers write them.
//
// The message of a test; a length is the most characters, "?" may be missing:
//
//	utci  12   certificate number
//	pid   n    39   name, see below        sp   spn  20  laboratory
//	      dob  10   "1984-03-08"                ctr   3  its state (Doc 9303-3)
//	      dt    2   document type, "P"          cd   p   19  telephone
//	      dn   24   document number                  e   e-mail
//	dat   sc   "2022-07-08T16:30:00+08:00"           a   address
//	           specimen collected          tr   tc   "molecular(PCR)",
//	      ri   result reported                       "molecular(other)",
//	opt ? 20   see below                             "antigen", "antibody"
//	                                            r    "positive", "negative",
//	                                                 "normal", "abnormal"
//	                                            m ?  "nasopharyngeal",
//	                                                 "oropharyngeal", "saliva",
//	                                                 "blood", "other"
//
// One seal has one result. The format has one kind of antibody test; which
// antibody it was, and its result once more, is in opt, by our own convention:
//
//	"IgM-NEG"  "IgM-POS"  "IgM-N-NEG"  "IgM-N-POS"  "IgG-NEG"  "IgG-POS"
//
// where IgM-N is IgM against the N protein.
//
// The message of a vaccination history, all doses of which are in one seal:
//
//	uvci  12   certificate number
//	pid   n    39   name                   ve []  des   6  vaccine, ICD-11
//	      dob ? 10  "1984-03-08"                  nam      its name
//	      sex ? 1   "M", "F" or "X"               dis ? 6  "RA01.0", COVID-19
//	      i   ? 11  travel document               vd [] dvc  "2021-11-13"
//	      ai  ? 24  another document                    seq  1 to 99
//	                                                    ctr  3   state
//	                                                    adm  20  by whom
//	                                                    lot  20
//	                                                    dvn ? next dose
//
// We write one ve for each product in the order of the first dose of it; seq
// counts the doses of the whole history in the order of their days.
//
// All text is printable ASCII. A name is that of a machine-readable zone (Doc
// 9303-3 §4.6 and §6, TD3) with spaces for its fillers, so that two spaces
// part surname and given names, and is cut as there: "YANGBEN  SPECIMEN".
// Nothing else is ever cut: what does not fit stops with a [*carry.Error].
//
// A seal has no date of issue and no end. It counts as long as its signer
// certificate is valid, and what its dates mean is the reader's to say.
//
// # What is read
//
// Members other than these are refused, except in cd, and so is a value that
// breaks a limit. Of what issuers do differently this is understood: a seq that
// is a text, a member that is empty or null (it states nothing), and "dis "
// with a space, as a published schema has it.
package vdsnc
