import Foundation
import PictureCatalogue

/// The calibration of the model that answers, read anew only where another was made.
struct FittedCalibration: Sendable {
    private(set) var fit: Calibration?
    private var number: Int64?

    init() {}

    /// Takes in what somebody else fitted meanwhile.
    mutating func refresh(_ catalogue: Catalogue, _ model: CatalogueModel) throws {
        guard let found = try catalogue.calibration(of: model, known: number) else {
            (fit, number) = (nil, nil)
            return
        }
        guard let data = found.fit else { return }
        (fit, number) = (try JSONDecoder().decode(Calibration.self, from: data), found.number)
    }
}
