/// What a pickle is made of, as far as it is read here. Containers are numbers of arrays that the machine keeps:
/// whatever a pickle refers to, however deep or in a circle, no value owns another.
enum PickleValue {
    case none
    case bool(Bool)
    case integer(Int)
    case float(Double)
    case string(String)
    /// Bytes, or a text that is too long for a name: where they stand.
    case bytes(Range<Int>)
    /// One of the few allowed names, `module.name`.
    case global(String)
    /// A number in `PickleMachine.sequences`.
    case tuple(Int)
    /// A number in `PickleMachine.sequences`.
    case list(Int)
    /// A number in `PickleMachine.dictionaries`.
    case dictionary(Int)
    /// A number in `PickleMachine.storages`.
    case storage(Int)
    /// A number in `PickleMachine.tensors`.
    case tensor(Int)
    /// A number in `PickleMachine.arrays`.
    case array(Int)
    /// An element type of numpy's by its code, `f4`.
    case elementType(String)

    /// What to call it in a message.
    var kind: String {
        switch self {
        case .none: "None"
        case .bool: "a bool"
        case .integer: "an integer"
        case .float: "a float"
        case .string: "a string"
        case .bytes: "bytes"
        case .global(let name): name
        case .tuple: "a tuple"
        case .list: "a list"
        case .dictionary: "a dictionary"
        case .storage: "a storage"
        case .tensor: "a tensor"
        case .array: "an array"
        case .elementType: "an element type"
        }
    }
}

/// A run of elements that tensors look into, as a pickle speaks of it.
struct PickledStorage {
    /// Its name among the file's records.
    let key: String
    let elementType: ElementType
    /// Elements of the whole record.
    let count: Int
    /// The elements of the record that are this storage's.
    let part: Range<Int>
}

/// A tensor as a pickle speaks of it: nothing here has been held against its storage.
struct PickledTensor {
    /// A number in `PickleMachine.storages`.
    let storage: Int
    /// Elements before its first.
    let offset: Int
    let shape: [Int]
    /// Elements from one index to the next, by dimension.
    let strides: [Int]
}

/// Which names a pickle may speak of, and so what its calls make.
enum PickleDialect: String {
    /// What `torch.save` writes.
    case tensors
    /// What Python's `pickle` writes of numpy's arrays.
    case arrays

    func allows(_ global: String) -> Bool {
        switch self {
        case .tensors: PickleMachine.tensorNames.contains(global)
        case .arrays: PickleMachine.arrayNames.contains(global)
        }
    }

    /// Versions of the pickle format.
    var protocols: ClosedRange<Int> { self == .tensors ? 2...2 : 2...5 }
}
