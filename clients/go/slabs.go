package zmq4

// Memory for batches on their way out and in. Without it a flood of messages would keep the
// garbage collector as busy as everything else together; and the pools of gRPC clear what
// is about to be overwritten.

import (
	"math/bits"
	"sync"

	"google.golang.org/grpc/mem"
)

const (
	smallestSlab = 12 // 4 KiB, as a power of two
	largestSlab  = 22 // 4 MiB; what is larger is left to the garbage collector
)

// slabPool is a mem.BufferPool with a pool for each power of two.
type slabPool struct {
	pools [largestSlab + 1 - smallestSlab]sync.Pool
}

var slabs mem.BufferPool = &slabPool{}

// Get returns a slab with the given length, and with old bytes in it.
func (p *slabPool) Get(length int) *[]byte {
	class := max(bits.Len(uint(length-1)), smallestSlab)
	if class > largestSlab {
		slab := make([]byte, length)
		return &slab
	}
	if slab, ok := p.pools[class-smallestSlab].Get().(*[]byte); ok {
		*slab = (*slab)[:length]
		return slab
	}
	slab := make([]byte, length, 1<<class)
	return &slab
}

// Put takes a slab back that nobody uses any more.
func (p *slabPool) Put(slab *[]byte) {
	class := bits.Len(uint(cap(*slab) - 1))
	if class < smallestSlab || class > largestSlab || cap(*slab) != 1<<class {
		return
	}
	p.pools[class-smallestSlab].Put(slab)
}
