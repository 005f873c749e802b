package store

import (
	"fmt"
	"net/url"

	"pratique/data"
)

// The kinds of records that more than one package of the domain reads. The
// audit log's keys are data/audit's own.
const (
	Applications = "application/"   // data.Application by identifier
	Certificates = "certificate/"   // data.Certificate by number
	Issuing      = "issuing/"       // the numbers whose certificates are being issued
	Sequences    = "sequence/"      // the newest sequence number by year
	Laboratories = "laboratory/"    // data.Laboratory by identifier
	Notices      = "notice/"        // rules.Record by rules.Key
	Signers      = "signer/"        // keys.Record by identifier
	Settings     = "setting/"       // of the post, by name
	Accounts     = "officer/"       // staff.Account by identifier
	Tries        = "tries/"         // of signing in since the last success, by officer; see data/staff
	TrustLists   = "trust/"         // desk.TrustVersion by name and number
	TrustContent = "trust-content/" // parts of what those hold, by hash and number
	Lookups      = "lookup/"        // field=value/application identifier; nothing is stored there
)

// Names of settings.
const (
	SettingSolo      = Settings + "solo"      // data.Solo
	SettingRetention = Settings + "retention" // days after which a case is erased
	SettingBackup    = Settings + "backup"    // the last backup; see data/desk
	SettingEvidence  = Settings + "evidence"  // days after the hand-over at which scans go
	SettingSampling  = Settings + "sampling"  // of back-checks; see data/desk
	SettingFlights   = Settings + "flights"   // risk of flights; see data/desk
	// SettingAuthorities is the list of receiving authorities.
	SettingAuthorities = Settings + "authorities" // []data.Authority
	// The newest revocation list, and the public key of all of them.
	SettingRevocations    = Settings + "revocations"
	SettingRevocationsKey = Settings + "revocations-key"
	SettingHandoverKey    = Settings + "handover-key" // of lists for ports of entry, the public one
)

// CompactKey is there if something was erased that is still in free pages.
const CompactKey = "post/compact"

// ApplicationKey is the key of an application.
func ApplicationKey(id data.ApplicationID) string { return Applications + string(id) }

// CertificateKey is the key of a certificate's record.
func CertificateKey(n data.CertificateNumber) string { return Certificates + string(n) }

// IssuingKey is the key that is there while a certificate is being issued.
func IssuingKey(n data.CertificateNumber) string { return Issuing + string(n) }

// SequenceKey is the key of a year's newest sequence number.
func SequenceKey(year int) string { return fmt.Sprintf("%s%04d", Sequences, year) }

// LookupPrefix is how the keys begin that lead from a value of a field to the
// applications with it; the rest of such a key is the identifier. A vault
// stores a token in place of the value. Value must be normalised by the caller:
// what is spelled differently is not found.
func LookupPrefix(field, value string) string {
	return Lookups + field + "=" + url.PathEscape(value) + "/"
}
