package import Torch
package import TorchNN

extension BaselineConfiguration {
    /// The peer that the configuration describes.
    package func build(_ scope: ParameterScope) throws(TorchError) -> any PairScorer {
        switch architecture {
        case .vse: try VSE(scope, self)
        case .scan: try SCAN(scope, self)
        case .imram: try IMRAM(scope, self)
        case .dsran: try DSRAN(scope, self)
        case .dualEncoder: try DualEncoder(scope, self)
        case .lexicon: try LexiconEncoder(scope, self)
        }
    }
}
