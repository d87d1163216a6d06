// SPDX-License-Identifier: Apache-2.0

// Both parties in one process over the loopback device, without a delay of small segments, which its oblivious transfers wait for:
//
//	match-lists dhpsi|kkrtpsi RECEIVER SENDER
package main

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/optable/match/pkg/psi"
)

type counted struct {
	net.Conn
	sent *atomic.Int64
}

func (c counted) Write(p []byte) (int, error) {
	n, err := c.Conn.Write(p)
	c.sent.Add(int64(n))
	return n, err
}

func main() {
	if err := run(os.Args[1], os.Args[2], os.Args[3]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(name, receiverFile, senderFile string) error {
	protocol := map[string]psi.Protocol{"dhpsi": psi.ProtocolDHPSI, "kkrtpsi": psi.ProtocolKKRTPSI}[name]
	mine, err := linesOf(receiverFile)
	if err != nil {
		return err
	}
	theirs, err := linesOf(senderFile)
	if err != nil {
		return err
	}
	var sent atomic.Int64
	left, right, err := pair(&sent)
	if err != nil {
		return err
	}
	sender, err := psi.NewSender(protocol, left)
	if err != nil {
		return err
	}
	receiver, err := psi.NewReceiver(protocol, right)
	if err != nil {
		return err
	}
	started, used := time.Now(), processorSeconds()
	failed := make(chan error, 1)
	go func() { failed <- sender.Send(context.Background(), int64(len(theirs)), streamed(theirs)) }()
	found, err := receiver.Intersect(context.Background(), int64(len(mine)), streamed(mine))
	if err != nil {
		return err
	}
	if err := <-failed; err != nil {
		return err
	}
	seconds := time.Since(started).Seconds()
	fmt.Printf("{\"seconds\":%f,\"cpuSeconds\":%f,\"bytes\":%d,\"found\":%d}\n", seconds, processorSeconds()-used, sent.Load(), len(found))
	return nil
}

// Of all threads of this process.
func processorSeconds() float64 {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		return 0
	}
	return float64(usage.Utime.Nano()+usage.Stime.Nano()) / 1e9
}

func linesOf(path string) ([][]byte, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return bytes.Split(bytes.TrimSpace(content), []byte{'\n'}), nil
}

func streamed(lines [][]byte) <-chan []byte {
	out := make(chan []byte, 1024)
	go func() {
		defer close(out)
		for _, line := range lines {
			out <- line
		}
	}()
	return out
}

func pair(sent *atomic.Int64) (net.Conn, net.Conn, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, nil, err
	}
	defer listener.Close()
	left, err := net.Dial("tcp", listener.Addr().String())
	if err != nil {
		return nil, nil, err
	}
	right, err := listener.Accept()
	if err != nil {
		return nil, nil, err
	}
	for _, end := range []net.Conn{left, right} {
		if err := end.(*net.TCPConn).SetNoDelay(true); err != nil {
			return nil, nil, err
		}
	}
	return counted{left, sent}, counted{right, sent}, nil
}
