import AsCLBase
import ImageEncoding
import Synchronization
import Torch

/// Pictures that somebody asks with: the picture tower, loaded with the first of them.
final class PictureTower: Sendable {
    private let folder: String
    private let device: Device
    private let encoder = Mutex<PatchEncoder?>(nil)

    init(folder: String, device: Device) {
        self.folder = folder
        self.device = device
    }

    /// The unit vector of a picture.
    func vector(_ picture: Picture) throws -> [Float] {
        let tower = try encoder.withLock { known in
            if let known { return known }
            var digests = FileDigests.ofModels
            let made = try PatchEncoder(directory: folder, regions: .vector, device: device, digests: &digests)
            known = made
            return made
        }
        let vector = try tower.encode([picture])[0].global
        let length = dot(vector, vector).squareRoot()
        return vector.map { $0 / length }
    }
}
