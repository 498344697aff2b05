/// Numbers of which the smallest is taken first: a binary heap.
struct MergeQueue {
    private var heap: [UInt64] = []

    /// Adds a number.
    mutating func insert(_ number: UInt64) {
        var place = heap.count
        heap.append(number)
        while place > 0, heap[(place - 1) / 2] > number {
            heap[place] = heap[(place - 1) / 2]
            place = (place - 1) / 2
        }
        heap[place] = number
    }

    /// Takes the smallest number out.
    mutating func popFirst() -> UInt64? {
        guard let first = heap.first, let last = heap.popLast() else { return nil }
        guard !heap.isEmpty else { return first }
        var place = 0
        while true {
            var child = 2 * place + 1
            if child + 1 < heap.count, heap[child + 1] < heap[child] { child += 1 }
            guard child < heap.count, heap[child] < last else { break }
            heap[place] = heap[child]
            place = child
        }
        heap[place] = last
        return first
    }
}
