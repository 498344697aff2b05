package import Foundation
import GRDB

extension Catalogue {
    /// What was fitted to the vectors that a model searches by, as its owner wrote it, and a number that no other fit has; nil where nothing was.
    /// - Parameter known: The number of the fit that is known: nothing but the number is read then.
    package func calibration(
        of model: CatalogueModel, known: Int64?
    ) throws -> (number: Int64, fit: Data?)? {
        try database.read { database in
            let number = try Int64.fetchOne(
                database, sql: "SELECT number FROM calibration WHERE model = ? AND vectors = ?",
                arguments: [model.id, model.vectorsFingerprint])
            guard let number, number != known else { return number.map { ($0, nil) } }
            return (
                number,
                try Data.fetchOne(database, sql: "SELECT fit FROM calibration WHERE number = ?", arguments: [number])
            )
        }
    }

    /// Keeps what was fitted to a model's vectors, in the place of what was before.
    package func setCalibration(_ fit: Data, of model: CatalogueModel) throws {
        try database.write { database in
            try database.execute(
                sql: "INSERT OR REPLACE INTO calibration (model, vectors, fit) VALUES (?, ?, ?)",
                arguments: [model.id, model.vectorsFingerprint, fit])
        }
    }
}
