package import Torch
package import TorchNN

extension BaselineConfiguration {
    /// The baseline that the configuration describes.
    package func build(_ scope: ParameterScope) throws(TorchError) -> any PairScorer {
        switch method {
        case .ascl, .uniter, .uniterDG, .tagsDC, .lightningDOT, .lexlip, .cots, .clip, .siglip, .mixed, .soho, .vista:
            throw TorchError(operation: "build", reason: "expected the method of a baseline, found \(method.rawValue)")
        case .vse: try VSE(scope, self)
        case .scan: try SCAN(scope, self)
        case .imram: try IMRAM(scope, self)
        case .dsran: try DSRAN(scope, self)
        case .dime: try DIME(scope, self)
        case .dualEncoder: try DualEncoder(scope, self)
        case .lexicon: try LexiconEncoder(scope, self)
        }
    }
}
