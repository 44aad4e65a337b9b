package check

import "github.com/roadworthy-dev/roadworthy/internal/facts"

type cache struct{}

func openCache(dir string) *cache                        { return &cache{} }
func (c *cache) get(f *File, raw []byte) *facts.File     { return nil }
func (c *cache) put(f *File, raw []byte, ff *facts.File) {}
func (c *cache) close()                                  {}
