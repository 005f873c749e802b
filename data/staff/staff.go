// Package staff knows the officers of a post: who they are, how they prove it
// and what they may do.
//
// A passphrase is not kept in any form: it opens the officer's slot in the post's
// vault (data/vault), and that it does is the proof. Accounts lie sealed, so
// nobody learns from the file who works here.
package staff

import (
	"errors"
	"fmt"
	"slices"

	"pratique/data"
	"pratique/data/audit"
	"pratique/data/store"
	"pratique/data/vault"
)

var (
	// ErrSignIn: name or passphrase is wrong; which of them is not told.
	ErrSignIn = errors.New("name or passphrase is wrong")
	// ErrDisabled: the passphrase is right, but the officer may not sign in.
	ErrDisabled = errors.New("officer is disabled")
	// ErrMustChange: the passphrase is right, but has to be changed first.
	ErrMustChange = errors.New("passphrase must be changed")
	// ErrEnded: since sign-in the records were locked, the officer was disabled
	// or the account changed.
	ErrEnded = errors.New("session has ended")
	// ErrSecond: the act takes another officer, an administrator or a reviewer,
	// who has proved to be there.
	ErrSecond = errors.New("a second officer must take part")
	// ErrNotPermitted: the officer's roles do not allow the act.
	ErrNotPermitted = errors.New("not permitted")
)

// Account is an officer as the store keeps one.
type Account struct {
	Officer data.Officer `json:"officer"`
	// Disabled: may not sign in, and what they began is over.
	Disabled bool `json:"disabled,omitempty"`
	// MustChange: somebody else knows the passphrase.
	MustChange bool `json:"mustChange,omitempty"`
	// Serial counts the changes of the account. A session lasts as long as it
	// is the one that the session began with.
	Serial int `json:"serial,omitempty"`
}

// MaySign reports whether the signing keys are open to an officer: to those who
// sign certificates and to those who look after the keys.
func MaySign(o data.Officer) bool {
	return slices.Contains(o.Roles, data.Reviewer) || slices.Contains(o.Roles, data.Administrator)
}

// Administers reports whether an officer is an administrator.
func Administers(o data.Officer) bool { return slices.Contains(o.Roles, data.Administrator) }

// Put stores an officer with a slot for their passphrase, replacing what was
// there: what a post begins with. Whoever is asked for a passphrase has it
// judged by [Judge] first.
func Put(tx store.Tx, officer data.Officer, slot vault.Slot) error {
	return PutAccount(tx, Account{Officer: officer}, slot)
}

// PutAccount stores an account with a new slot.
func PutAccount(tx store.Tx, a Account, slot vault.Slot) error {
	return errors.Join(vault.PutSlot(tx, string(a.Officer.ID), slot, MaySign(a.Officer)),
		store.Put(tx, store.Accounts+string(a.Officer.ID), a))
}

// Get is the officer with that identifier.
func Get(tx store.Tx, id data.OfficerID) (data.Officer, error) {
	a, found, err := store.Get[Account](tx, store.Accounts+string(id))
	if err == nil && !found {
		err = fmt.Errorf("officer %q is not known", id)
	}
	return a.Officer, err
}

// Gone reports whether an officer is disabled, or was never there: what they
// began is over.
func Gone(tx store.Tx, id data.OfficerID) (bool, error) {
	a, found, err := store.Get[Account](tx, store.Accounts+string(id))
	return a.Disabled || !found, err
}

// Accounts are those of the post, by identifier.
func Accounts(tx store.Tx) ([]Account, error) {
	var all []Account
	err := store.Each(tx, store.Accounts, "", 0, func(_ string, a Account) error {
		all = append(all, a)
		return nil
	})
	return all, err
}

// Session is an officer who has proved to be one. Only a [Door] makes one; the
// zero Session may do nothing. It ends when the records are locked, and with any
// change of the account.
type Session struct {
	officer data.Officer
	serial  int
	opening uint64 // of the vault
}

// Officer is who signed in.
func (s Session) Officer() data.Officer { return s.officer }

// permits says which roles may do an act. Whether the same person prepared and
// approves is not a matter of roles: data/issue checks it for every case.
var permits = map[audit.Act][]data.Role{
	audit.ApplicationSaved:       {data.Clerk},
	audit.ApplicationSubmitted:   {data.Clerk},
	audit.ApplicationWithdrawn:   {data.Clerk},
	audit.ApplicationRead:        {data.Clerk, data.Reviewer, data.Auditor},
	audit.ApplicationTaken:       {data.Reviewer},
	audit.ApplicationReleased:    {data.Reviewer},
	audit.ApplicationTicked:      {data.Reviewer},
	audit.ApplicationReturned:    {data.Reviewer},
	audit.ApplicationApproved:    {data.Reviewer},
	audit.ApplicationHeld:        {data.Reviewer},
	audit.ApplicationResumed:     {data.Reviewer},
	audit.ApplicationTakenOver:   {data.Reviewer},
	audit.ChecksOverridden:       {data.Reviewer},
	audit.DecisionMade:           {data.Reviewer},
	audit.DecisionContested:      {data.Clerk, data.Reviewer},
	audit.ContestDecided:         {data.Reviewer},
	audit.DecisionLifted:         {data.Reviewer},
	audit.NoticeImported:         {data.Administrator},
	audit.NoticeTried:            {data.Administrator, data.Reviewer},
	audit.NoticeActivated:        {data.Administrator},
	audit.NoticeRetired:          {data.Administrator},
	audit.NoticesRead:            {data.Clerk, data.Reviewer, data.Administrator, data.Auditor},
	audit.LetterMade:             {data.Clerk, data.Reviewer},
	audit.InternalMade:           {data.Reviewer, data.Auditor},
	audit.EvidenceAttached:       {data.Clerk, data.Reviewer},
	audit.EvidenceRead:           {data.Clerk, data.Reviewer, data.Auditor},
	audit.EvidenceMoved:          {data.Clerk, data.Reviewer},
	audit.EvidenceRemoved:        {data.Clerk},
	audit.EvidenceTimeSet:        {data.Administrator},
	audit.OriginalSeen:           {data.Clerk, data.Reviewer},
	audit.SameReportCleared:      {data.Reviewer},
	audit.BackCheckAsked:         {data.Clerk, data.Reviewer},
	audit.BackCheckAnswered:      {data.Reviewer},
	audit.SamplingSet:            {data.Administrator},
	audit.ApplicationPreDeclared: {data.Clerk},
	audit.ApplicationBegun:       {data.Clerk},
	audit.FlightsSet:             {data.Administrator},
	audit.RiskSet:                {data.Reviewer},
	audit.PortNoted:              {data.Reviewer},
	audit.HandoverMade:           {data.Reviewer},
	audit.PassedRead:             {data.Clerk, data.Reviewer},
	audit.CertificateIssued:      {data.Reviewer},
	audit.CertificateRead:        {data.Clerk, data.Reviewer, data.Auditor},
	audit.CertificatePrinted:     {data.Clerk, data.Reviewer},
	audit.CertificatePrintFailed: {data.Clerk, data.Reviewer},
	audit.CertificateHandedOver:  {data.Clerk, data.Reviewer},
	audit.OfficersRead:           {data.Administrator, data.Auditor},
	audit.OfficerAdded:           {data.Administrator},
	audit.OfficerDisabled:        {data.Administrator},
	audit.OfficerEnabled:         {data.Administrator},
	audit.OfficerReset:           {data.Administrator},
	audit.CertificateRevoked:     {data.Clerk, data.Reviewer},
	audit.SignerRequested:        {data.Administrator},
	audit.SignerImported:         {data.Administrator},
	audit.SignerRetired:          {data.Administrator},
	audit.SignersRead:            {data.Administrator, data.Reviewer, data.Auditor},
	audit.KeysRotated:            {data.Administrator},
	audit.ListKeysMade:           {data.Administrator},
	audit.TrustRead:              {data.Administrator, data.Reviewer, data.Auditor},
	audit.TrustSet:               {data.Administrator},
	audit.RevocationsSigned:      {data.Administrator, data.Reviewer},
	audit.SoloSet:                {data.Administrator, data.Reviewer},
	audit.RetentionSet:           {data.Administrator},
	audit.ListRead:               {data.Clerk, data.Reviewer, data.Auditor},
	audit.LogRead:                {data.Administrator, data.Auditor},
	audit.FiguresRead:            {data.Reviewer, data.Administrator, data.Auditor},
	audit.TravellerExported:      {data.Reviewer, data.Auditor},
	audit.ApplicationErased:      {data.Administrator, data.Reviewer},
	audit.BackupMade:             {data.Administrator},
	audit.BackupSet:              {data.Administrator},
	audit.LaboratoriesSet:        {data.Administrator},
	audit.AuthoritiesSet:         {data.Administrator},
	audit.PostChecked:            {data.Administrator, data.Auditor},
	audit.CheckpointSigned:       {data.Administrator, data.Reviewer, data.Auditor},
	audit.ClockCorrected:         {data.Administrator},
}

// Permit returns [ErrNotPermitted] unless a role of the session's officer
// allows the act, and [ErrEnded] if the account has changed since they signed
// in. What it finds holds for tx only: an act asks in the Update that does it.
func Permit(tx store.Tx, s Session, act audit.Act) error {
	if s.officer.ID == "" {
		return fmt.Errorf("%s for nobody: %w", act, ErrNotPermitted)
	}
	a, err := live(tx, s)
	if err != nil {
		return fmt.Errorf("%s for %s: %w", act, s.officer.ID, err)
	}
	if !Allows(a.Officer, act) {
		return fmt.Errorf("%s for %s: %w", act, s.officer.ID, ErrNotPermitted)
	}
	return nil
}

// Allows reports whether a role of an officer allows an act: what a screen
// offers. It is a courtesy; [Permit] is the control.
func Allows(o data.Officer, act audit.Act) bool {
	return slices.ContainsFunc(o.Roles, func(r data.Role) bool { return slices.Contains(permits[act], r) })
}

// PermitTwo is [Permit] for an act that takes two: another officer, who is an
// administrator or a reviewer, must be there too; else [ErrSecond].
func PermitTwo(tx store.Tx, s, second Session, act audit.Act) error {
	if err := Permit(tx, s, act); err != nil {
		return err
	}
	if second.officer.ID == "" || second.officer.ID == s.officer.ID {
		return fmt.Errorf("%s: %w", act, ErrSecond)
	}
	a, err := live(tx, second)
	if err != nil {
		return fmt.Errorf("%s with %s: %w", act, second.officer.ID, err)
	}
	if !MaySign(a.Officer) {
		return fmt.Errorf("%s with %s: %w", act, second.officer.ID, ErrSecond)
	}
	return nil
}

// live is the account of a session that has not ended.
func live(tx store.Tx, s Session) (Account, error) {
	a, found, err := store.Get[Account](tx, store.Accounts+string(s.officer.ID))
	if err == nil && (!found || a.Disabled || a.Serial != s.serial || vault.Opening(tx) != s.opening) {
		err = ErrEnded
	}
	return a, err
}
