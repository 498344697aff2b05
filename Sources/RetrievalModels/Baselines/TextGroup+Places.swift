import Torch

extension TextGroup {
    /// int64 `[texts]`: where each text stands when the groups' texts, named in `order`, stand one after the other.
    static func places(_ order: [[Int]], on device: Device) throws(TorchError) -> Tensor {
        let texts = order.flatMap(\.self)
        var places = [Int](repeating: 0, count: texts.count)
        for (place, text) in texts.enumerated() { places[text] = place }
        return try Tensor(places, shape: [places.count]).to(device: device)
    }
}
