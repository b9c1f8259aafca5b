package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestTortureFullDisks trains on disks of every size from nothing upward. The program says
// that the disk is full, or ends well; once there is room the training goes on to the bits
// of one on a large disk.
func TestTortureFullDisks(t *testing.T) {
	disk := t.TempDir()
	mount := func(flags uintptr, size int) error {
		return syscall.Mount("tmpfs", disk, "tmpfs", flags, fmt.Sprintf("size=%dk", size))
	}
	if err := mount(0, 4); err != nil {
		t.Skipf("*** NO DISK CAN BE MADE HERE (%v): training on full disks is not tested ***", err)
	}
	_ = syscall.Unmount(disk, 0)
	table := tableOfTexts(t)
	want := reference(t, table)
	const needed = 12000 // kB, more than a run takes
	full := 0
	rounds(t, 10, func(round int, r *rand.Rand) {
		size := 4 << r.IntN(12)
		if *torture > 0 && round < needed/12 {
			size = 12*round + 4
		}
		if err := mount(0, size); err != nil {
			t.Fatal(err)
		}
		defer func() {
			if err := syscall.Unmount(disk, 0); err != nil {
				t.Errorf("a disk of %d kB: %v, open are %q", size, err, open(disk))
				_ = syscall.Unmount(disk, syscall.MNT_DETACH)
			}
		}()
		dir := filepath.Join(disk, "run")
		status, stdout, stderr := command("", tortured(table, dir)...)
		if status != exitOK {
			full++
			if !tells(status, stderr) || !strings.Contains(stderr, syscall.ENOSPC.Error()) {
				t.Errorf("%d kB: status %d, stdout %q, stderr %q", size, status, stdout, stderr)
			}
		}
		const remount = 32 // MS_REMOUNT
		if err := mount(remount, 16*needed); err != nil {
			t.Fatal(err)
		}
		finish(t, fmt.Sprintf("a disk of %d kB", size), table, dir, want)
		_ = os.RemoveAll(dir)
	})
	t.Logf("%d disks were full", full)
}

// open returns the files below a folder that this process has open.
func open(dir string) (files []string) {
	all, _ := filepath.Glob("/proc/self/fd/*")
	for _, fd := range all {
		if path, err := os.Readlink(fd); err == nil && strings.HasPrefix(path, dir) {
			files = append(files, path)
		}
	}
	return files
}

// TestTorturePauses stops a training at random moments, as a laptop that is closed does, and
// lets it go on.
func TestTorturePauses(t *testing.T) {
	table := tableOfTexts(t)
	want := reference(t, table)
	rounds(t, 2, func(_ int, r *rand.Rand) {
		dir := filepath.Join(t.TempDir(), "run")
		c := process(t, nil, tortured(table, dir)...)
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		ended := make(chan error, 1)
		go func() { ended <- c.Wait() }()
		for going := true; going; {
			select {
			case err := <-ended:
				if going = false; err != nil {
					t.Fatal(err)
				}
			case <-after(r, 60):
				_ = c.Process.Signal(syscall.SIGSTOP)
				<-after(r, 60)
				_ = c.Process.Signal(syscall.SIGCONT)
			}
		}
		finish(t, "pauses", table, dir, want)
	})
}
