/// The methods that score images against texts, by the names that configurations and `config.json` give them.
package enum Method: String, Codable, Sendable, CaseIterable {
    /// AsCL (Gong, Mai, Huang; ICME 2024).
    case ascl
    /// VSE++ (Faghri et al., BMVC 2018): one vector an image, one a text.
    case vse = "vse++"
    /// SCAN (Lee et al., ECCV 2018): stacked cross attention.
    case scan
    /// IMRAM (Chen et al., CVPR 2020): iterative matching with recurrent attention memory.
    case imram
    /// DSRAN (Wen et al., TCSVT 2021): dual semantic relations by graph attention.
    case dsran
    /// DIME (Qu et al., SIGIR 2021): four cells a layer, and paths through them that every pair chooses.
    case dime
    /// UNITER (Chen et al., ECCV 2020): one transformer over words and regions.
    case uniter
    /// LightningDOT (Sun et al., NAACL 2021): a tower for words and one for regions, which learn by guessing for each other.
    case lightningDOT = "lightningdot"
    /// LexLIP (Luo et al., ICCV 2023): weights of the vocabulary's terms, by heads that guess words.
    case lexlip
    /// COTS (Lu et al., CVPR 2022): a stream a side, keys of earlier pairs, and guesses with the help of the other's vector.
    case cots
    /// A dual encoder in the manner of LightningDOT (NAACL 2021) and COTS (CVPR 2022).
    case dualEncoder = "dual_encoder"
    /// A lexicon-bottlenecked sparse encoder in the manner of LexLIP (ICCV 2023).
    case lexicon
    /// A CLIP (Radford et al. 2021) by itself.
    case clip
    /// A SigLIP (Zhai et al. 2023) by itself.
    case siglip
    /// AsCL, and beside it the CLIP or SigLIP whose words and vectors it reads, or the dual encoder where it reads a BERT's.
    case mixed
    /// SOHO (Huang et al., CVPR 2021): one transformer over words and cells of a grid, by a visual dictionary.
    case soho
    /// ViSTA (Cheng et al., CVPR 2022): vision and scene text, which exchange through one token.
    case vista
    /// UNITER with a denotation graph (Zhang et al., EMNLP 2020): it also learns from phrases that captions share.
    case uniterDG = "uniter_dg"
    /// TAGS-DC (Fan et al., Findings of NAACL 2022): a UNITER that writes its own wrong captions.
    case tagsDC = "tags_dc"

    /// Whether its configuration is a `BaselineConfiguration`.
    package var isBaseline: Bool {
        switch self {
        case .vse, .scan, .imram, .dsran, .dime, .dualEncoder, .lexicon: true
        case .ascl, .uniter, .uniterDG, .tagsDC, .lightningDOT, .lexlip, .cots, .clip, .siglip, .mixed, .soho, .vista:
            false
        }
    }

    /// Whether its configuration is a `JointConfiguration`, and it learns by tasks.
    package var isJoint: Bool { isUNITER || self == .lightningDOT }

    /// Whether it is UNITER, alone or with something to learn from besides.
    package var isUNITER: Bool { self == .uniter || self == .uniterDG || self == .tagsDC }

    /// Whether its configuration is a `StreamConfiguration`, and it learns by tasks and by keys.
    package var isStream: Bool { self == .lexlip || self == .cots }
}
