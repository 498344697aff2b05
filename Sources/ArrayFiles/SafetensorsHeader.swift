import AsCLBase
import Foundation

/// The JSON header of a `.safetensors` file, as it is written in the file.
struct SafetensorsHeader: Codable {
    struct Fields: Codable {
        let dtype: String
        let shape: [Int]
        // The file's own spelling.
        let data_offsets: [Int]
    }

    struct Key: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
        static let metadata = Key(stringValue: "__metadata__")
    }

    var metadata: [String: String] = [:]
    var arrays: [String: Fields] = [:]

    static let types: [String: ElementType] = [
        "F16": .float16, "BF16": .bfloat16, "F32": .float32, "F64": .float64, "I8": .int8, "I16": .int16,
        "I32": .int32, "I64": .int64, "U8": .uint8, "BOOL": .bool,
    ]

    static func name(of elementType: ElementType) -> String {
        // The table has a name for every element type; a test holds it to that.
        types.first { $0.value == elementType }?.key ?? "\(elementType)"
    }

    init() {}

    init(json: Data, path: String) throws(InputError) {
        do {
            self = try JSONDecoder().decode(SafetensorsHeader.self, from: json)
        } catch let error as DecodingError {
            throw InputError(
                path: path, place: "header", expected: "a JSON object of arrays", found: error.oneLine)
        } catch {
            throw InputError(path: path, place: "header", expected: "a JSON object of arrays", found: "\(error)")
        }
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        for key in container.allKeys {
            if key.stringValue == Key.metadata.stringValue {
                metadata = try container.decode([String: String].self, forKey: key)
            } else {
                arrays[key.stringValue] = try container.decode(Fields.self, forKey: key)
            }
        }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        if !metadata.isEmpty { try container.encode(metadata, forKey: .metadata) }
        for (name, fields) in arrays {
            try container.encode(fields, forKey: Key(stringValue: name))
        }
    }
}
