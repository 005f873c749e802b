// Package data holds the nouns of Pratique and what must be true of them. It
// imports the standard library alone, and everything else imports it.
//
// # The house
//
//	cmd      main programs: parse, build, run, report. The only place where
//	         engines, keys, printers and assets are put together.
//	ui       the window: a folder a screen, each a Model (plain Go) and a Screen.
//	data     the domain, in small packages under this one.
//	pdfgen   paper: certificate and proof slip; below it page (PDF to picture
//	         and text), check (paper against record) and spool (printers).
//	assets   fonts, words, code lists: data handed in by cmd as an fs.FS.
//
// Imports point one way: cmd → ui → data/desk → data/… → data, and
// cmd → pdfgen → data. A test holds them to it.
package data
