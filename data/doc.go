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
//	pdfgen   paper: certificate and proof slip; below it page (PDF to picture
//	         and text), check (paper against record) and spool (printers).
//	assets   fonts, words, code lists: data, handed in by cmd as an fs.FS.
//
// Imports point one way: cmd → ui → data/desk → data/… → data, and
// cmd → pdfgen → data. A test holds them to it. Only cmd/pratique needs a C
// compiler and a display; every screen is tested without either.
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
//	draft → submitted → in review → approved → issued → printed → handed over
//	  ↑         ↑             │         │
//	  │         └── returned ←┘         │
//	  └──────── editing takes it back ←─┘
//
// # A certificate
//
// A [Statement] is what a certificate says: one snapshot, complete, from which
// both the seal in the QR and the page are made and against which both are
// read back. Package issue stores it as an intent with its number, rehearses
// the seal with a throwaway key, signs, and stores it as issued; only then
// anyone sees it. A crash in between is finished or voided at the next start.
//
// # Time and text
//
// A time on a report is a [Moment]: wall clock, zone and offset. A birth date
// may be partial ([Date]). What is half typed is kept as it was typed, and
// [Validate] says all that is wrong with it at once. The present is always a
// parameter or a clock that was handed in.
package data
