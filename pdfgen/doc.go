// Package pdfgen puts a statement on paper: the certificate, and the proof
// slip and preview that come before it; and the papers a post keeps for itself:
// recovery sheet, record of the first start, checkpoint of the audit log. It is
// the only importer of gofpdf and go-qrcode.
//
// # The paper
//
// One A4 page, PDF 1.3 as gofpdf writes it, in English and Chinese. It shows a
// [data.Statement] and nothing looked up later: what is printed is what is
// sealed. Every value stands in the page's text as one run of characters,
// broken into lines where it is long; a break adds and removes nothing but the
// line end, so that the text of the page without line ends holds every value
// as it was given. The two names of a code may stand apart. Equal printouts
// make equal bytes.
//
// What nobody may overlook stands on every such page: PRACTICE on paper of a
// practice post, NOT ACCREDITED on that of a post whose signer no outside
// authority vouches for, and which certificate this one replaces. [Press.Sentences]
// lists these texts for whoever checks a page.
//
// # The seal
//
// A certificate carries one QR code (ISO/IEC 18004, model 2, level M, version
// at most 22) of [QRSide] millimetres, its four modules of white included. It
// is one filled path whose unit is the module: no picture, nothing to smooth.
// It stands in the lower left, below the fold of a page folded in three or in
// two and beside the fold down the middle, at least 15 mm from the edges. Proof
// slip and preview have no place in the code where a QR could come from.
//
// # The papers of the post
//
// One A4 page each, in the same type, without the waves of a certificate. Where
// there is a QR code it stands at the seal's place and is made the same way; it
// holds exactly the key or the checkpoint that the page shows. What is to be
// typed or compared character by character is set widely; 0 has a stroke, I has
// serifs.
//
// # Fonts
//
// Noto Sans SC, Regular for everything that people entered, Bold for printed
// wording. The fonts are read once; each document gets a piece that holds its
// own characters alone. Characters that no font here can show are refused by
// name before anything is drawn ([GlyphError], [Press.MissingIn]).
//
// A statement whose page cannot be made must not be signed: [Press.Unprintable]
// tells before.
package pdfgen
