import Foundation
import PictureCatalogue

/// The calibration of the model that answers, read anew only where another was made.
struct FittedCalibration: Sendable {
    private(set) var fit: Calibration?
    /// Whether there is one that is none of this version's; the model's belief serves then.
    private(set) var isUnreadable = false
    private var number: Int64?

    init() {}

    /// Takes in what somebody else fitted meanwhile.
    mutating func refresh(_ catalogue: Catalogue, _ model: CatalogueModel) throws {
        guard let found = try catalogue.calibration(of: model, known: number) else {
            self = FittedCalibration()
            return
        }
        guard let data = found.fit else { return }
        (fit, number) = (try? JSONDecoder().decode(Calibration.self, from: data), found.number)
        isUnreadable = fit == nil
    }
}
