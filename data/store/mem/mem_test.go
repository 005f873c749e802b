package mem

import (
	"testing"

	"pratique/data/store"
	"pratique/data/store/storetest"
)

func TestContract(t *testing.T) {
	storetest.Test(t, storetest.Engine{
		Open: func(testing.TB) store.Store { return New() },
		Restore: func(tb testing.TB, backup []byte) store.Store {
			s, err := Restore(backup)
			if err != nil {
				tb.Fatal(err)
			}
			return s
		},
	})
	if _, err := Restore([]byte("no backup")); err == nil {
		t.Error("Restore took something else")
	}
}
