package main

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"runtime/pprof"
	"strconv"
	"time"

	"github.com/roadworthy-dev/roadworthy/internal/check"
	_ "github.com/roadworthy-dev/roadworthy/internal/rules"
)

func main() {
	if v := os.Getenv("PGC"); v != "" {
		n, _ := strconv.Atoi(v)
		debug.SetGCPercent(n)
	}
	if p := os.Getenv("PPROF"); p != "" {
		f, _ := os.Create(p)
		pprof.StartCPUProfile(f)
		defer pprof.StopCPUProfile()
	}
	if os.Getenv("MPROF") != "" {
		runtime.MemProfileRate = 16 << 10
	}
	t := time.Now()
	c, err := check.Check(context.Background(), os.Args[1], check.Options{})
	if err != nil {
		panic(err)
	}
	fmt.Println("total", time.Since(t), len(c.Result.Findings))
	if p := os.Getenv("MPROF"); p != "" {
		runtime.GC()
		f, _ := os.Create(p)
		pprof.WriteHeapProfile(f)
		f.Close()
	}
	runtime.KeepAlive(c)
}
