package check

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash/crc32"
	"os"
	"path/filepath"
	"sort"
	"sync"

	"github.com/roadworthy-dev/roadworthy/internal/facts"
)

// The facts cache of a tree is two files: a base, and a delta with what changed since. Each is an index (content hash,
// where its facts lie, and the size, time and inode the file had) followed by the facts; each is written whole to a
// temporary file and renamed into place, so two runs at once, or one that is killed, leave one or the other's complete
// file. Entries carry a checksum; whatever does not fit is ignored and made again.
//
// A file whose size, time and inode are those of the index is not even opened.

// cacheFormat changes with the layout of the cache files; the facts' own version is part of the file's first line.
const cacheFormat = 1

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

type contentHash [16]byte

type cacheEntry struct {
	hash   contentHash
	size   int64
	mtime  int64
	inode  uint64
	sum    uint32
	offset uint32 // in units of four bytes
	length uint32
	path   string
	blob   []byte
}

type cache struct {
	dir, key string
	base     map[string]*cacheEntry
	delta    map[string]*cacheEntry
	baseSize int
	mu       sync.Mutex
	fresh    map[string]*cacheEntry
	used     map[string]bool
	off      bool
}

func openCache(dir, root string) *cache {
	c := &cache{dir: dir, fresh: map[string]*cacheEntry{}, used: map[string]bool{}}
	if dir == "" {
		c.off = true
		return c
	}
	sum := sha256.Sum256([]byte(root))
	c.key = hex.EncodeToString(sum[:8])
	c.base, c.baseSize = readPack(c.file("base"))
	c.delta, _ = readPack(c.file("delta"))
	return c
}

func (c *cache) file(part string) string { return filepath.Join(c.dir, c.key+"."+part) }

func cacheHeader() []byte {
	return fmt.Appendf(nil, "roadworthy facts %d %d %s\n", cacheFormat, facts.Version, facts.Layout)
}

// readPack reads one cache file; nothing when it is missing, damaged or of another version.
func readPack(name string) (map[string]*cacheEntry, int) {
	data, err := os.ReadFile(name)
	head := cacheHeader()
	if err != nil || !bytes.HasPrefix(data, head) {
		return nil, 0
	}
	rest := data[len(head):]
	if len(rest) < 12 {
		return nil, 0
	}
	n, indexLen, sum := int(binary.LittleEndian.Uint32(rest)), int(binary.LittleEndian.Uint32(rest[4:])), binary.LittleEndian.Uint32(rest[8:])
	rest = rest[12:]
	if indexLen < 0 || indexLen > len(rest) || crc32.Checksum(rest[:indexLen], castagnoli) != sum {
		return nil, 0
	}
	index, blobs := rest[:indexLen], rest[indexLen:]
	// The blobs start at a multiple of four in the file and the buffer is aligned, so the facts in it are.
	out := make(map[string]*cacheEntry, n)
	entries := make([]cacheEntry, n)
	for i := range n {
		if len(index) < 56 {
			return nil, 0
		}
		e := &entries[i]
		copy(e.hash[:], index)
		e.size = int64(binary.LittleEndian.Uint64(index[16:]))
		e.mtime = int64(binary.LittleEndian.Uint64(index[24:]))
		e.inode = binary.LittleEndian.Uint64(index[32:])
		e.sum = binary.LittleEndian.Uint32(index[40:])
		e.offset = binary.LittleEndian.Uint32(index[44:])
		e.length = binary.LittleEndian.Uint32(index[48:])
		pathLen := int(binary.LittleEndian.Uint32(index[52:]))
		index = index[56:]
		start := int(e.offset) * 4
		if pathLen > len(index) || start+int(e.length) > len(blobs) {
			return nil, 0
		}
		e.path = string(index[:pathLen])
		index = index[pathLen:]
		e.blob = blobs[start : start+int(e.length) : start+int(e.length)]
		out[e.path] = e
	}
	return out, len(data)
}

func writePack(name string, entries map[string]*cacheEntry) error {
	paths := make([]string, 0, len(entries))
	for p := range entries {
		paths = append(paths, p)
	}
	sort.Strings(paths)
	var index []byte
	offset := 0
	for _, p := range paths {
		e := entries[p]
		index = append(index, e.hash[:]...)
		index = binary.LittleEndian.AppendUint64(index, uint64(e.size))
		index = binary.LittleEndian.AppendUint64(index, uint64(e.mtime))
		index = binary.LittleEndian.AppendUint64(index, e.inode)
		index = binary.LittleEndian.AppendUint32(index, e.sum)
		index = binary.LittleEndian.AppendUint32(index, uint32(offset/4))
		index = binary.LittleEndian.AppendUint32(index, uint32(len(e.blob)))
		index = binary.LittleEndian.AppendUint32(index, uint32(len(p)))
		index = append(index, p...)
		offset += (len(e.blob) + 3) &^ 3
	}
	head := cacheHeader()
	for (len(head)+12+len(index))%4 != 0 {
		index = append(index, 0)
	}
	head = binary.LittleEndian.AppendUint32(head, uint32(len(paths)))
	head = binary.LittleEndian.AppendUint32(head, uint32(len(index)))
	head = binary.LittleEndian.AppendUint32(head, crc32.Checksum(index, castagnoli))
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(name), "facts-*.tmp")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	buf := make([]byte, 0, len(head)+len(index)+offset)
	buf = append(append(buf, head...), index...)
	for _, p := range paths {
		buf = append(buf, entries[p].blob...)
		for len(buf)%4 != 0 {
			buf = append(buf, 0)
		}
	}
	if _, err := f.Write(buf); err != nil {
		f.Close()
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	return os.Rename(f.Name(), name)
}

// lookup finds a file's entry without opening the file.
func (c *cache) lookup(f *File) *facts.File {
	if c.off {
		return nil
	}
	e := c.entry(f.Path)
	if e == nil || e.size != f.Size || e.mtime != f.ModTime || e.inode != f.Inode {
		return nil
	}
	return e.decode()
}

func (c *cache) entry(path string) *cacheEntry {
	if e := c.delta[path]; e != nil {
		return e
	}
	return c.base[path]
}

func (e *cacheEntry) decode() *facts.File {
	if crc32.Checksum(e.blob, castagnoli) != e.sum {
		return nil
	}
	ff, err := facts.Decode(e.blob)
	if err != nil {
		return nil
	}
	return ff
}

func hashOf(raw []byte) (h contentHash) {
	sum := sha256.Sum256(raw)
	copy(h[:], sum[:])
	return h
}

// get finds facts by content: the file was touched, not changed.
func (c *cache) get(f *File, raw []byte) *facts.File {
	if c.off {
		return nil
	}
	e := c.entry(f.Path)
	if e == nil || e.hash != hashOf(raw) {
		return nil
	}
	ff := e.decode()
	if ff != nil {
		n := *e
		n.size, n.mtime, n.inode = f.Size, f.ModTime, f.Inode
		c.mu.Lock()
		c.fresh[f.Path] = &n
		c.mu.Unlock()
	}
	return ff
}

func (c *cache) put(f *File, raw []byte, ff *facts.File) {
	if c.off {
		return
	}
	blob := ff.Append(nil)
	e := &cacheEntry{hash: hashOf(raw), size: f.Size, mtime: f.ModTime, inode: f.Inode, sum: crc32.Checksum(blob, castagnoli), path: f.Path, blob: blob, length: uint32(len(blob))}
	c.mu.Lock()
	c.fresh[f.Path] = e
	c.mu.Unlock()
}

// save writes what is new: into the delta while that is small, else all into a new base. Failing to write costs time in
// the next run and nothing else.
func (c *cache) save(files []File) {
	if c.off || len(c.fresh) == 0 {
		return
	}
	delta := map[string]*cacheEntry{}
	size := 0
	for p, e := range c.delta {
		delta[p] = e
	}
	for p, e := range c.fresh {
		delta[p] = e
	}
	for _, e := range delta {
		size += len(e.blob)
	}
	if size*5 < c.baseSize {
		_ = writePack(c.file("delta"), delta)
		return
	}
	all := make(map[string]*cacheEntry, len(files))
	for i := range files {
		p := files[i].Path
		if e := delta[p]; e != nil {
			all[p] = e
		} else if e := c.base[p]; e != nil {
			all[p] = e
		}
	}
	if writePack(c.file("base"), all) == nil {
		_ = os.Remove(c.file("delta"))
	}
}
