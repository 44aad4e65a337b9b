package check

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/gob"
	"encoding/hex"
	"fmt"
	"hash"
	"hash/crc32"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/roadworthy-dev/roadworthy/internal/report"
	"github.com/roadworthy-dev/roadworthy/internal/source"
)

// A check of a tree that has not changed is answered from the last one's result. What decides a result is put into one
// digest: the program itself, its options, the day (waivers expire), the configuration, the baseline, what git has checked
// out, and of every file that the walk finds its path, size, time and inode. One result is kept for each root; it is written
// whole and renamed into place, and ignored when it is damaged.

// settled is how long before a check a file must have been written for its time to tell it from a later version: file
// systems stamp files by a clock that ticks every few milliseconds.
const settled = 50 * time.Millisecond

// digest is what decides the result of checking t's files, and whether it may be kept.
func (t *Tree) digest(root string, files []source.File, opts *Options, start time.Time) (sum [sha256.Size]byte, keep bool) {
	h := sha256.New()
	if !program(h) {
		return sum, false
	}
	line := func(parts ...any) { fmt.Fprintln(h, parts...) }
	line(opts.Version, opts.History, fmt.Sprintf("%q", root), fmt.Sprintf("%q", t.Root), opts.Now.Format(time.DateOnly))
	for _, r := range opts.Rules {
		line(r.Code)
	}
	for _, name := range []string{"roadworthy.toml", "pyproject.toml"} {
		raw, err := os.ReadFile(filepath.Join(t.Config.Dir, name))
		line(name, err == nil, len(raw))
		h.Write(raw)
	}
	if opts.Baseline != nil {
		line("baseline", opts.Baseline.digest())
	}
	checkout(h, t.Root)
	for _, p := range t.Problems {
		line(fmt.Sprintf("%q %d %q", p.Path, p.Line, p.Message))
	}
	keep = true
	latest := start.Add(-settled).UnixNano()
	var b []byte
	for i := range files {
		f := &files[i]
		keep = keep && f.ModTime < latest && f.Inode != 0
		b = append(append(b[:0], f.Path...), 0, byte(f.Class), 0)
		if f.Executable {
			b[len(b)-1] = 1
		}
		b = binary.LittleEndian.AppendUint64(b, uint64(f.Size))
		b = binary.LittleEndian.AppendUint64(b, uint64(f.ModTime))
		b = binary.LittleEndian.AppendUint64(b, f.Device)
		b = binary.LittleEndian.AppendUint64(b, f.Inode)
		h.Write(b)
	}
	h.Sum(sum[:0])
	return sum, keep
}

// beside is what was read beside the files that the walk found, such as CODEOWNERS, by path; most of it is not there.
type beside struct {
	mu    sync.Mutex
	paths map[string]bool
}

func (b *beside) add(path string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.paths == nil {
		b.paths = map[string]bool{}
	}
	b.paths[path] = true
}

// stats are the paths, sorted, each with what tells another version of the file.
func stats(root string, paths []string) []string {
	out := make([]string, len(paths))
	for i, p := range paths {
		if info, err := os.Stat(filepath.Join(root, filepath.FromSlash(p))); err == nil {
			out[i] = fmt.Sprintf("%d %d", info.Size(), info.ModTime().UnixNano())
		}
	}
	return out
}

// kept is a result, with the files beside the walked ones that it was made from.
type kept struct {
	Beside, Stats []string
	Result        *report.Result
}

// program puts this program's identity into a digest: a rebuilt one judges anew.
func program(h io.Writer) bool {
	exe, err := os.Executable()
	if err != nil {
		return false
	}
	info, err := os.Stat(exe)
	if err != nil {
		return false
	}
	fmt.Fprintf(h, "%q %d %d\n", exe, info.Size(), info.ModTime().UnixNano())
	return true
}

// checkout puts what git has checked out into a digest: evidence for tiers is read from its log, and whose repository it is
// from its configuration.
func checkout(h hash.Hash, root string) {
	for dir := root; ; {
		git := filepath.Join(dir, ".git")
		if info, err := os.Lstat(git); err == nil {
			if !info.IsDir() { // a work tree of its own: "gitdir: PATH"
				raw, _ := os.ReadFile(git)
				to := strings.TrimSpace(strings.TrimPrefix(string(raw), "gitdir:"))
				if !filepath.IsAbs(to) {
					to = filepath.Join(dir, to)
				}
				git = to
			}
			head, _ := os.ReadFile(filepath.Join(git, "HEAD"))
			h.Write(head)
			common := git
			if raw, err := os.ReadFile(filepath.Join(git, "commondir")); err == nil {
				common = filepath.Join(git, strings.TrimSpace(string(raw)))
			}
			if ref, ok := strings.CutPrefix(strings.TrimSpace(string(head)), "ref: "); ok {
				raw, _ := os.ReadFile(filepath.Join(common, filepath.FromSlash(ref)))
				h.Write(raw)
			}
			for _, name := range []string{"packed-refs", "config", "shallow"} {
				if info, err := os.Stat(filepath.Join(common, name)); err == nil {
					fmt.Fprintln(h, name, info.Size(), info.ModTime().UnixNano())
				}
			}
			return
		}
		up := filepath.Dir(dir)
		if up == dir {
			return
		}
		dir = up
	}
}

// resultFile is where a root's last result is kept.
func resultFile(dir, root string) string {
	sum := sha256.Sum256([]byte(root))
	return filepath.Join(dir, hex.EncodeToString(sum[:8])+".result")
}

const resultHeader = "roadworthy result 2\n"

// recall gives the kept result if it was decided by the same digest.
func recall(name, root string, digest [sha256.Size]byte) *report.Result {
	raw, err := os.ReadFile(name)
	if err != nil {
		return nil
	}
	raw, ok := bytes.CutPrefix(raw, []byte(resultHeader))
	if !ok || len(raw) < len(digest)+4 || [sha256.Size]byte(raw) != digest {
		return nil
	}
	raw = raw[len(digest):]
	if crc32.Checksum(raw[4:], castagnoli) != binary.LittleEndian.Uint32(raw) {
		return nil
	}
	var k kept
	if gob.NewDecoder(bytes.NewReader(raw[4:])).Decode(&k) != nil || k.Result == nil || !slices.Equal(stats(root, k.Beside), k.Stats) {
		return nil
	}
	r := k.Result
	for i := range r.Findings { // gob leaves out what is empty, and JSON tells an empty list from none
		if r.Findings[i].Work == nil {
			r.Findings[i].Work = []string{}
		}
	}
	return r
}

// remember keeps a result. Failing to costs time in the next run and nothing else.
func (t *Tree) remember(name string, digest [sha256.Size]byte, r *report.Result) {
	var b bytes.Buffer
	b.WriteString(resultHeader)
	b.Write(digest[:])
	at := b.Len()
	b.Write(make([]byte, 4))
	k := kept{Beside: slices.Sorted(maps.Keys(t.beside.paths)), Result: r}
	k.Stats = stats(t.Root, k.Beside)
	if gob.NewEncoder(&b).Encode(k) != nil {
		return
	}
	raw := b.Bytes()
	binary.LittleEndian.PutUint32(raw[at:], crc32.Checksum(raw[at+4:], castagnoli))
	if os.MkdirAll(filepath.Dir(name), 0o755) != nil {
		return
	}
	f, err := os.CreateTemp(filepath.Dir(name), "result-*.tmp")
	if err != nil {
		return
	}
	defer os.Remove(f.Name())
	_, err = f.Write(raw)
	if closed := f.Close(); err == nil && closed == nil {
		_ = os.Rename(f.Name(), name)
	}
}
