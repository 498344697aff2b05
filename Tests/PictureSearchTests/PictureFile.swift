import ImageEncoding

enum PictureFile {
    static func decoded(_ path: String) throws -> Picture { try PictureDecoder().decode(path: path) }
}
