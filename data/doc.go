// Package data holds the nouns of Pratique and what must be true of them. It
// imports the standard library alone, and everything else imports it.
//
// # The house
//
//	cmd      main programs: parse, build, run, report. cmd/internal/house puts
//	         the parts of a post together for them.
//	ui       the window: a folder a screen, each a Model (plain Go, the
//	         officer's acts, each giving a State) and a screen (widgets that
//	         show a State and report acts). ui/env is what a screen knows.
//	data     the domain, in small packages under this one.
//	pdfgen   paper: certificate and further pages, proof slip, letters, lists;
//	         below it page (PDF to picture and text), check (paper against
//	         record) and spool (printers).
//	assets   fonts, words, code lists, notices: data, handed in by cmd as an
//	         fs.FS.
//
// Imports point one way: cmd → ui → data/desk → data/… → data, and
// cmd → pdfgen → data. A test holds them to it. Only cmd/pratique needs a C
// compiler and a display; every screen is tested without either.
//
// # Packages under this one
//
// What officers do:
//
//	desk            the workflow: one call for every act
//	staff           who the officers are, how they prove it, what they may do
//	rules           notices, a post's requirements, evaluated
//	brought         an application filled in from seals that were brought
//	predeclaration  what travellers declare before they come
//	handover        lists for a port of entry, and what comes back
//
// What is signed, and read:
//
//	issue           the one place where certificates are signed
//	seal            a seal of any format, unverified and verified
//	seal/hcert      the certificate seal: our own bytes, and the container HC1:
//	seal/vdsnc      ICAO VDS-NC, read and written
//	seal/dcc        EU DCC, read and written
//	seal/sealed     the full record, encrypted for authorities
//	seal/shc        SMART Health Cards, read
//	seal/nzcp       New Zealand's passes, read
//	seal/who        certificates of the WHO, read
//	seal/carry      a statement's values in another format, or why not
//	seal/jcs        canonical JSON (RFC 8785)
//	seal/x509ec     certificates that spell out their curve
//	seal/sealtest   seals of formats that are only read, for tests
//	internal/vectors  where public test vectors lie, for tests
//	trust           valid, invalid, cannot say; and the files this comes from
//	revocation      lists of what was taken back, ours and those of others
//	evidence        the QR symbols in pictures and PDF files
//	mrz             machine-readable lines
//	codes           code lists
//
// What keeps it:
//
//	post            a post's folder on disk
//	store           the contract of a database engine; store/bolt and store/mem
//	                keep it, store/storetest proves it; store/disk and
//	                store/lock are the files below
//	vault           seals each record; keys in boxes, opened by passphrases
//	keys            the signers, and the keys of log and lists; keys/pkcs11 tokens
//	audit           one entry for every act; signed checkpoints
//	attachment      scans beside the database, each encrypted by itself
//	backup          one file that chosen keys open, proved and put back
//
// desk knows nearly all of them; they know package data and few of each other.
// Nobody imports desk but screens and main programs; desk/desktest gives tests
// one in memory.
//
// # A case
//
// An [Application] is what a traveller's papers say ([Content]) and what
// happens to it. A clerk enters and submits it; a reviewer who prepared no
// version of it takes it, ticks group by group what agrees with its papers,
// and approves the content by its hash. Package desk has one call for each of
// these acts; each is stored with its entry in the audit log, in one
// transaction, or does not happen.
//
//	pre-declared → draft → submitted → in review → approved → issued
//	                 ↑         ↑         │             │
//	                 │         └── returned ←┘         │
//	                 └──────── editing takes it back ←─┘
//
//	in review ⇄ on hold
//	in review → follow-up (yellow, orange) or refused (red) → submitted, if lifted
//
// A traveller may withdraw it before it is decided or issued. What is issued is
// printed and handed over, revoked or replaced: that is the [Certificate]'s.
//
// What a case has to meet is the post's notice in force (package rules): colour,
// window and last test of an approval are the notice's. Scans, reports seen under
// another name and the answers of laboratories stand in the application, and can
// stop an approval.
//
// # A certificate
//
// A [Statement] is what a certificate says: one snapshot, complete, from which
// both the seal in the QR and the page are made and against which both are
// read back. Package issue stores it as an intent with its number, rehearses
// the seal with a throwaway key, signs, and stores it as issued; only then
// anyone sees it. A crash in between is finished or voided at the next start.
// Further seals of the same statement are made in the same two phases, and have
// the same number.
//
// # Time and text
//
// A time on a report is a [Moment]: wall clock, zone and offset. A birth date
// may be partial ([Date]). What is half typed is kept as it was typed, and
// [Validate] says all that is wrong with it at once. The present is always a
// parameter or a clock that was handed in.
package data
