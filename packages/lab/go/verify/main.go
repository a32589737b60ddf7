// Verifies a mirror folder of a practice's log offline, from docs/spec/ledger.md, entry.md, witness.md, retention.md and register.md ("Mirror") alone:
// the log's signature, the witnesses' Ed25519 cosignatures and quorum, every leaf, tile and the root, every leaf made again from its line,
// every dossier's chain, time, and that what retention took was named and due. Shares no code with the rest of this repository; notes and trees are Go's own sumdb packages.
//
//	GO111MODULE=off GOPATH=/usr/share/gocode go build -o verify main.go
//	verify [-seen NOTE]... FOLDER
//
// Prints one JSON document; exit 0 verified, 1 not, 2 usage.
package main

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"sort"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const tileHeight = 8

type verdict struct {
	OK        bool   `json:"ok"`
	Size      int64  `json:"size"`
	Root      string `json:"root"`
	Entries   int64  `json:"entries"`
	Dossiers  int    `json:"dossiers"`
	Quorum    int    `json:"quorum"`
	Confirmed int64  `json:"confirmed"`
	Fault     string `json:"fault,omitempty"`
}

type mirror struct {
	Log struct {
		Origin string `json:"origin"`
		Key    string `json:"key"`
	} `json:"log"`
	Erased []shard `json:"erased"`
}

// Lines From up to, not including, To, all written in Year, that retention took (retention.md).
type shard struct {
	Year  int   `json:"year"`
	From  int64 `json:"from"`
	To    int64 `json:"to"`
	named bool
}

func yearStart(year int) int64 { return time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC).UnixMilli() }

// As its erase line names it: SHA-256(lp(domain, canonical JSON)).
func (s shard) hash(origin string) string {
	name, _ := json.Marshal(origin)
	text := fmt.Sprintf(`{"from":%d,"log":%s,"to":%d,"year":%d}`, s.From, name, s.To, s.Year)
	sum := sha256.Sum256(lp([]byte("ketenkluis.erased.v1"), []byte(text)))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// What is checked of a line that is there against what is gone.
type erasure struct {
	origin string
	shards []shard
	// The last line that is gone.
	last int64
}

func (e *erasure) holds(index int64) bool {
	for _, s := range e.shards {
		if index >= s.From && index < s.To {
			return true
		}
	}
	return false
}

func (e *erasure) line(index int64, head common, items []item) error {
	for i := range e.shards {
		s := &e.shards[i]
		early := index < s.To && head.At >= yearStart(s.Year+1) || index >= s.From && head.At < yearStart(s.Year)
		if head.Event == "erase" && head.Outcome == "success" {
			for _, one := range items {
				if one.Object != nil && *one.Object == s.hash(e.origin) {
					s.named = true
					early = early || index < s.To || head.At < yearStart(s.Year+6)
				}
			}
		}
		if early {
			return errors.New("lines were erased before their five years were over")
		}
	}
	return nil
}

type policy struct {
	Quorum    int `json:"quorum"`
	Witnesses []struct {
		Name string   `json:"name"`
		Keys []string `json:"keys"`
		Note *string  `json:"note"`
	} `json:"witnesses"`
}

type checkpoint struct {
	origin string
	size   int64
	root   tlog.Hash
}

var sizeForm = regexp.MustCompile(`^(0|[1-9][0-9]{0,15})$`)

func parseCheckpoint(text string) (checkpoint, error) {
	lines := strings.Split(text, "\n")
	if len(lines) != 4 || lines[3] != "" || !sizeForm.MatchString(lines[1]) {
		return checkpoint{}, errors.New("this is not a checkpoint of origin, size and root")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil || size >= 1<<53 {
		return checkpoint{}, errors.New("the size of this checkpoint is out of bounds")
	}
	root, err := tlog.ParseHash(lines[2])
	return checkpoint{lines[0], size, root}, err
}

// cosignature/v1 of C2SP tlog-cosignature: type 0x04, u64 seconds, Ed25519 over the time and the whole text.
type cosigner struct {
	name string
	id   uint32
	key  ed25519.PublicKey
}

func (c cosigner) Name() string    { return c.name }
func (c cosigner) KeyHash() uint32 { return c.id }
func (c cosigner) Verify(msg, sig []byte) bool {
	if len(sig) != 8+ed25519.SignatureSize {
		return false
	}
	seconds := binary.BigEndian.Uint64(sig)
	if seconds == 0 || seconds >= 1<<53 {
		return false
	}
	signed := fmt.Sprintf("cosignature/v1\ntime %d\n%s", seconds, msg)
	return ed25519.Verify(c.key, []byte(signed), sig[8:])
}

// A verifier key of type 0x04; nil for type 0x06 (ML-DSA-44), which this program does not know and passes over.
func parseCosigner(vkey string) (note.Verifier, error) {
	parts := strings.SplitN(vkey, "+", 3)
	if len(parts) != 3 {
		return nil, errors.New("a verifier key is incomplete")
	}
	material, err := base64.StdEncoding.DecodeString(parts[2])
	if err != nil || len(material) == 0 {
		return nil, errors.New("a verifier key is no base64")
	}
	digest := sha256.Sum256(append([]byte(parts[0]+"\n"), material...))
	id := binary.BigEndian.Uint32(digest[:4])
	if fmt.Sprintf("%08x", id) != parts[1] {
		return nil, errors.New("a verifier key does not have the id it says")
	}
	if material[0] == 6 {
		return nil, nil
	}
	if material[0] != 4 || len(material) != 1+ed25519.PublicKeySize {
		return nil, errors.New("a verifier key is not for cosignatures")
	}
	return cosigner{parts[0], id, material[1:]}, nil
}

// The checkpoint of a note that the log signed, and which others of the known verifiers did.
func open(text string, log note.Verifier, others ...note.Verifier) (checkpoint, int, error) {
	opened, err := note.Open([]byte(text), note.VerifierList(append([]note.Verifier{log}, others...)...))
	if err != nil {
		return checkpoint{}, 0, err
	}
	signed, cosigned := false, 0
	for _, sig := range opened.Sigs {
		if sig.Name == log.Name() && sig.Hash == log.KeyHash() {
			signed = true
		} else {
			cosigned++
		}
	}
	if !signed {
		return checkpoint{}, 0, errors.New("the log did not sign this checkpoint")
	}
	found, err := parseCheckpoint(opened.Text)
	if err == nil && found.origin != log.Name() {
		err = errors.New("this checkpoint is of another log")
	}
	return found, cosigned, err
}

func lp(parts ...[]byte) []byte {
	var out bytes.Buffer
	for _, part := range parts {
		var length [4]byte
		binary.BigEndian.PutUint32(length[:], uint32(len(part)))
		out.Write(length[:])
		out.Write(part)
	}
	return out.Bytes()
}

func unlp(data []byte) ([][]byte, error) {
	var parts [][]byte
	for len(data) > 0 {
		if len(data) < 4 {
			return nil, errors.New("a stored line is cut off")
		}
		n := binary.BigEndian.Uint32(data)
		if uint64(len(data)) < 4+uint64(n) {
			return nil, errors.New("a stored line is cut off")
		}
		parts, data = append(parts, data[4:4+n]), data[4+n:]
	}
	return parts, nil
}

func commitment(domain string, salt, part []byte) []byte {
	sum := sha256.Sum256(lp([]byte(domain), salt, part))
	return sum[:]
}

type common struct {
	At      int64  `json:"at"`
	Event   string `json:"event"`
	Outcome string `json:"outcome"`
}
type item struct {
	Object  *string `json:"object"`
	Dossier *string `json:"dossier"`
	Seq     *int64  `json:"seq"`
	Prev    *string `json:"prev"`
}
type link struct {
	seq  int64
	hash string
	line int64
}

// The leaf that a stored line gives, with the chain of each dossier and the time followed.
func rebuild(index int64, stored []byte, chains map[string]link, before *int64, gone *erasure) ([]byte, error) {
	if !bytes.HasPrefix(stored, []byte("KKLS\x01")) {
		return nil, errors.New("a stored line is of another kind")
	}
	parts, err := unlp(stored[5:])
	if err != nil {
		return nil, err
	}
	if len(parts) < 2 || len(parts)%2 != 0 || len(parts)/2-1 > 2000 {
		return nil, errors.New("a stored line has another number of parts")
	}
	for i := 0; i < len(parts); i += 2 {
		if len(parts[i]) != 16 {
			return nil, errors.New("a salt has another length")
		}
	}
	var head common
	if err := json.Unmarshal(parts[1], &head); err != nil {
		return nil, err
	}
	if head.At < *before {
		return nil, errors.New("a line is older than the one before it")
	}
	*before = head.At
	leaf := append([]byte("KKLE\x01"), commitment("ketenkluis.entry.common.v1", parts[0], parts[1])...)
	count := len(parts)/2 - 1
	items := make([]item, 0, count)
	leaf = append(leaf, byte(count>>8), byte(count))
	for i := 1; i <= count; i++ {
		salt, part := parts[2*i], parts[2*i+1]
		hash := commitment("ketenkluis.entry.item.v1", salt, part)
		leaf = append(leaf, hash...)
		var one item
		if err := json.Unmarshal(part, &one); err != nil {
			return nil, err
		}
		items = append(items, one)
		if one.Seq == nil {
			continue
		}
		if one.Dossier == nil {
			return nil, errors.New("an item has a number and no dossier")
		}
		last, known := chains[*one.Dossier]
		fits := one.Prev == nil && !known
		if one.Prev != nil {
			fits = known && *one.Prev == last.hash
		}
		if !known {
			last.line = -1
		}
		// What stood between went with its year.
		jumps := gone.last > last.line && *one.Seq > last.seq+1
		if !jumps && (!fits || *one.Seq != last.seq+1) {
			return nil, errors.New("a dossier's items do not follow each other")
		}
		chains[*one.Dossier] = link{*one.Seq, base64.RawURLEncoding.EncodeToString(hash), index}
	}
	return leaf, gone.line(index, head, items)
}

// tlog-tiles: as in Go's own, without the height.
func tilePath(level int, index int64, width int) string {
	path := tlog.Tile{H: tileHeight, L: level, N: index, W: width}.Path()
	return strings.Replace(path, fmt.Sprintf("tile/%d/", tileHeight), "tile/", 1)
}

func leavesOf(dir string, size int64) ([][]byte, error) {
	var leaves [][]byte
	for index := int64(0); index<<tileHeight < size; index++ {
		width := size - index<<tileHeight
		if width > 1<<tileHeight {
			width = 1 << tileHeight
		}
		path := strings.Replace(tilePath(0, index, int(width)), "tile/0/", "tile/entries/", 1)
		data, err := os.ReadFile(filepath.Join(dir, "log", path))
		if err != nil {
			return nil, err
		}
		for i := int64(0); i < width; i++ {
			if len(data) < 2 || len(data) < 2+int(binary.BigEndian.Uint16(data)) {
				return nil, errors.New("an entry bundle is cut off")
			}
			n := int(binary.BigEndian.Uint16(data))
			leaves, data = append(leaves, data[2:2+n]), data[2+n:]
		}
		if len(data) > 0 {
			return nil, errors.New("an entry bundle holds more than its leaves")
		}
	}
	return leaves, nil
}

type stored []tlog.Hash

func (s stored) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		if index >= int64(len(s)) {
			return nil, errors.New("a hash of the tree is missing")
		}
		out[i] = s[index]
	}
	return out, nil
}

func run(dir string, seen []string, out *verdict) error {
	var told mirror
	data, err := os.ReadFile(filepath.Join(dir, "mirror.json"))
	if err != nil {
		return err
	}
	if err := json.Unmarshal(data, &told); err != nil {
		return err
	}
	log, err := note.NewVerifier(told.Log.Key)
	if err != nil {
		return err
	}
	data, err = os.ReadFile(filepath.Join(dir, "log", "checkpoint"))
	if err != nil {
		return err
	}
	head, _, err := open(string(data), log)
	if err != nil {
		return err
	}
	out.Size, out.Root = head.size, base64.RawURLEncoding.EncodeToString(head.root[:])

	leaves, err := leavesOf(dir, head.size)
	if err != nil {
		return err
	}
	var tree stored
	for i, leaf := range leaves {
		hashes, err := tlog.StoredHashesForRecordHash(int64(i), tlog.RecordHash(leaf), tree)
		if err != nil {
			return err
		}
		tree = append(tree, hashes...)
	}
	root, err := tlog.TreeHash(head.size, tree)
	if err != nil {
		return err
	}
	if root != head.root {
		return errors.New("the leaves do not give the signed root")
	}
	for _, tile := range tlog.NewTiles(tileHeight, 0, head.size) {
		// Narrower ones than the newest were replaced by it.
		if tile.W < 1<<tileHeight && int64(tile.W) != (head.size>>(tileHeight*tile.L))&(1<<tileHeight-1) {
			continue
		}
		want, err := tlog.ReadTileData(tile, tree)
		if err != nil {
			return err
		}
		got, err := os.ReadFile(filepath.Join(dir, "log", tilePath(tile.L, tile.N, tile.W)))
		if err != nil {
			return err
		}
		if !bytes.Equal(want, got) {
			return fmt.Errorf("tile %s is another one", tilePath(tile.L, tile.N, tile.W))
		}
	}

	chains := map[string]link{}
	before, line := int64(0), 0
	gone := &erasure{origin: told.Log.Origin, shards: told.Erased, last: -1}
	var lines []string
	for i, leaf := range leaves {
		if i%1000 == 0 {
			data, err := os.ReadFile(filepath.Join(dir, "log", "lines", fmt.Sprintf("%06d.txt", i/1000)))
			if err != nil {
				return err
			}
			lines, line = strings.Split(strings.TrimSuffix(string(data), "\n"), "\n"), 0
		}
		if line >= len(lines) {
			return fmt.Errorf("line %d is missing", i)
		}
		if lines[line] == "-" && gone.holds(int64(i)) {
			gone.last = int64(i)
			line++
			continue
		}
		raw, err := base64.RawURLEncoding.Strict().DecodeString(lines[line])
		if err != nil {
			return err
		}
		line++
		made, err := rebuild(int64(i), raw, chains, &before, gone)
		if err != nil {
			return fmt.Errorf("line %d: %w", i, err)
		}
		if !bytes.Equal(made, leaf) {
			return fmt.Errorf("line %d does not give its leaf", i)
		}
		out.Entries++
	}
	for _, s := range gone.shards {
		if !s.named {
			return fmt.Errorf("no line says that the lines of %d were erased", s.Year)
		}
	}
	out.Dossiers = len(chains)

	// An earlier checkpoint is a beginning of this log: its root, and a proof from it as a stranger would ask for.
	earlier := func(found checkpoint) error {
		if found.size > head.size {
			return errors.New("somebody saw more lines than this folder has")
		}
		if found.size == 0 {
			return nil
		}
		proof, err := tlog.ProveTree(head.size, found.size, tree)
		if err != nil {
			return err
		}
		if tlog.CheckTree(proof, head.size, head.root, found.size, found.root) != nil {
			return fmt.Errorf("this log does not continue what somebody saw at %d lines: a fork", found.size)
		}
		return nil
	}
	for _, path := range seen {
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		found, _, err := open(string(data), log)
		if err != nil {
			return err
		}
		if err := earlier(found); err != nil {
			return err
		}
	}

	data, err = os.ReadFile(filepath.Join(dir, "log", "witnesses.json"))
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	var named policy
	if err := json.Unmarshal(data, &named); err != nil {
		return err
	}
	out.Quorum = named.Quorum
	var sizes []int64
	for _, witness := range named.Witnesses {
		var known []note.Verifier
		for _, key := range witness.Keys {
			one, err := parseCosigner(key)
			if err != nil {
				return err
			}
			if one != nil && one.Name() == witness.Name {
				known = append(known, one)
			}
		}
		if witness.Note == nil {
			continue
		}
		found, cosigned, err := open(*witness.Note, log, known...)
		if err != nil {
			return fmt.Errorf("the note of %s: %w", witness.Name, err)
		}
		if cosigned == 0 {
			continue
		}
		if err := earlier(found); err != nil {
			return err
		}
		sizes = append(sizes, found.size)
	}
	sort.Slice(sizes, func(i, j int) bool { return sizes[i] > sizes[j] })
	if named.Quorum > 0 && len(sizes) >= named.Quorum {
		out.Confirmed = sizes[named.Quorum-1]
	}
	return nil
}

func main() {
	var seen []string
	args := os.Args[1:]
	for len(args) > 1 && args[0] == "-seen" {
		seen, args = append(seen, args[1]), args[2:]
	}
	if len(args) != 1 {
		fmt.Fprintln(os.Stderr, "usage: verify [-seen NOTE]... FOLDER")
		os.Exit(2)
	}
	out := verdict{}
	if err := run(args[0], seen, &out); err != nil {
		out.Fault = err.Error()
	}
	out.OK = out.Fault == ""
	json.NewEncoder(os.Stdout).Encode(out)
	if !out.OK {
		os.Exit(1)
	}
}
