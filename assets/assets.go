// Package assets holds the files that are built into the programs. Only the
// main programs import it; packages are handed an fs.FS or bytes.
//
//	fonts     the typefaces of the paper
//	codes     the code lists (package data/codes)
//	notices   the practice posts' notices (package data/rules) and their schema
//	spec      what is signed, byte by byte: the comments of the packages that
//	          write it
//	practice  what a new practice post starts with: laboratories.json is a
//	          list of data.Laboratory, all of them invented
package assets

import "embed"

// FS has the folders of the package comment at its root.
//
//go:embed fonts codes practice locale wording icons notices spec
var FS embed.FS
