package import FeatureExtraction
import ImageEncoding
package import PictureCatalogue
package import RetrievalModels
package import Torch

/// The features of a collection's pictures, as a retrieval model reads them.
package struct IndexedFeatures: Sendable {
    private let shape: FeatureShape
    private let layout: RecordLayout
    private let kept: any PictureRecords

    /// Those of a model's pictures.
    package init(_ home: any PictureHome, _ model: CatalogueModel) throws {
        (shape, layout) = (model.shape, model.layout)
        kept = try home.features(by: model)
    }

    /// The records of pictures by their numbers.
    package func records(of ids: [Int64]) throws -> Gathered<FoundRecords> { try kept.records(of: ids) }

    /// The regions' boxes of a picture: left, top, right, bottom of each, as fractions of its width and height.
    package func boxes(_ record: PictureRecord) -> [Float] { layout.boxes(record) }

    /// Raw features of a picture, on a device.
    package func batch(_ record: PictureRecord, on device: Device) throws -> ImageBatch {
        try Self.batch([record], shape, on: device)
    }

    /// Raw features of pictures of a shape, on a device.
    static func batch(
        _ records: [PictureRecord], _ shape: FeatureShape, on device: Device
    ) throws -> ImageBatch {
        let layout = RecordLayout(shape: shape, elementType: .float16)
        func tensor(_ part: RecordLayout.Part, _ sizes: [Int]) throws -> Tensor {
            let halves = try Tensor.empty([records.count] + sizes, dtype: .float16)
            try halves.withBytes { memory in
                var rest = memory[...]
                for record in records {
                    layout.withBytes(of: part, in: record) { bytes in
                        UnsafeMutableRawBufferPointer(rebasing: rest.prefix(bytes.count)).copyMemory(from: bytes)
                        rest = rest.dropFirst(bytes.count)
                    }
                }
            }
            return try halves.to(.float32).to(device: device)
        }
        return try ImageBatch(
            regions: tensor(.regions, [shape.regions, shape.regionDimension]),
            globals: tensor(.global, [shape.globalDimension]),
            boxes: Tensor(records.flatMap(layout.boxes), shape: [records.count, shape.regions, 4]).to(device: device))
    }

    /// Features that an encoder has just made, on a device.
    static func batch(
        _ features: [PictureFeatures], _ shape: FeatureShape, on device: Device
    ) throws -> ImageBatch {
        let regions = try Tensor(
            features.flatMap(\.regions), shape: [features.count, shape.regions, shape.regionDimension])
        let globals = try Tensor(features.flatMap(\.global), shape: [features.count, shape.globalDimension])
        let boxes = try Tensor(features.flatMap(\.boxes), shape: [features.count, shape.regions, 4])
        return try ImageBatch(
            regions: regions.to(device: device), globals: globals.to(device: device), boxes: boxes.to(device: device))
    }
}
