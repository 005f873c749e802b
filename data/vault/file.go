package vault

import "fmt"

// fileKey is the place of what lies beside the store. No record has this kind.
const fileKey = "file/"

// SealFile seals what is kept in a file beside the store. It opens under that
// name only. The vault must be open: [ErrLocked].
func (v *Vault) SealFile(name string, content []byte) ([]byte, error) {
	o := v.keys.Load()
	if o == nil {
		return nil, ErrLocked
	}
	return o.sealRecord(fileKey+name, content), nil
}

// OpenFile opens what [Vault.SealFile] sealed.
func (v *Vault) OpenFile(name string, sealed []byte) ([]byte, error) {
	o := v.keys.Load()
	if o == nil {
		return nil, ErrLocked
	}
	content, err := o.openRecord(fileKey+name, sealed)
	if err != nil {
		return nil, fmt.Errorf("open file: %w", err)
	}
	return content, nil
}
