import AsCLBase

/// What a JSON file of right and wrong captions holds, in one of three forms told apart by their structure.
enum ProbeFile: Decodable {
    /// Our own: an array of `ProbeCase`.
    case cases([ProbeCase])
    /// FOIL-COCO (Shekhar et al. 2017): COCO's captions, and each again with one noun exchanged.
    case foil(Foil)
    /// SugarCrepe (Hsieh et al. 2023): pairs under running numbers, some of which are left out.
    case sugarCrepe([String: SugarCrepePair])

    struct Foil: Decodable {
        struct Image: Decodable {
            let id: Int
            let file_name: String
        }

        struct Annotation: Decodable {
            let id: Int
            let image_id: Int
            let foil_id: Int?
            let caption: String
            let foil: Bool
        }

        let images: [Image]
        let annotations: [Annotation]
    }

    struct SugarCrepePair: Decodable {
        let filename: String
        let caption: String
        let negative_caption: String
    }

    private enum Keys: CodingKey { case annotations }

    init(from decoder: any Decoder) throws {
        guard let object = try? decoder.container(keyedBy: Keys.self) else {
            self = .cases(try [ProbeCase](from: decoder))
            return
        }
        self =
            object.contains(.annotations)
            ? .foil(try Foil(from: decoder)) : .sugarCrepe(try [String: SugarCrepePair](from: decoder))
    }
}

extension ProbeFile {
    /// A right and a wrong caption of an image known by its file name.
    struct Pair {
        let place: String
        let imageName: String
        let right: String
        let wrong: String
    }
}

extension ProbeFile.Foil {
    /// Every foil with the original it was made from: the caption of the same image with the same `foil_id`, else with
    /// the same `id`, for both numberings are about. Foils without one are counted.
    func pairs(path: String) throws(InputError) -> (pairs: [ProbeFile.Pair], unpaired: Int) {
        struct Key: Hashable {
            let image: Int
            let number: Int
        }
        let originals = annotations.filter { !$0.foil }
        let byFoil = Dictionary(
            originals.compactMap { original in
                original.foil_id.map { (Key(image: original.image_id, number: $0), original) }
            },
            uniquingKeysWith: { first, _ in first })
        let byID = Dictionary(
            originals.map { (Key(image: $0.image_id, number: $0.id), $0) }, uniquingKeysWith: { first, _ in first })
        let names = Dictionary(images.map { ($0.id, $0.file_name) }, uniquingKeysWith: { first, _ in first })
        var (pairs, unpaired): ([ProbeFile.Pair], Int) = ([], 0)
        for foil in annotations where foil.foil {
            let place = "annotation \(foil.id)"
            guard let name = names[foil.image_id] else {
                throw InputError(
                    path: path, place: place, expected: "an image_id that images list", found: "\(foil.image_id)")
            }
            let sameFoil = foil.foil_id.flatMap { byFoil[Key(image: foil.image_id, number: $0)] }
            if let original = sameFoil ?? byID[Key(image: foil.image_id, number: foil.id)] {
                pairs.append(
                    ProbeFile.Pair(place: place, imageName: name, right: original.caption, wrong: foil.caption))
            } else {
                unpaired += 1
            }
        }
        return (pairs, unpaired)
    }
}
