import AsCLBase
import Foundation
import ImageEncoding
import Testing

/// What cannot be decoded says in one line which file it is and why.
struct PictureErrorTests {
    private let goldens = PictureGoldens.load

    /// The error's line.
    private func line(_ body: () throws -> Picture) throws -> String {
        let error = try #require(throws: InputError.self) { try body() }
        #expect(error.description.split(whereSeparator: \.isNewline).count == 1)
        return error.description
    }

    private func line(_ data: Data, _ limits: PictureLimits = PictureLimits()) throws -> String {
        try line { try PictureDecoder(limits: limits).decode(data, name: "folder/x.jpg") }
    }

    private func line(path: String) throws -> String { try line { try PictureDecoder().decode(path: path) } }

    @Test(arguments: ["progressive.jpg", "grey.jpg", "cmyk.jpg", "profile.jpg", "rgb.png", "lzw.tiff", "plain.webp"])
    func `truncated files are named`(_ name: String) throws {
        let file = try goldens.get().bytes("file." + name)
        for part in [0.97, 0.8, 0.5] {
            let text = try line(file.prefix(Int(Double(file.count) * part)))
            #expect(text.hasPrefix("folder/x.jpg: ") && text.contains("expected a"), "\(text)")
        }
    }

    @Test func `a truncated baseline JPEG says so`() throws {
        let text = try line(PictureFiles.jpeg(width: 300, height: 200).dropLast(400))
        #expect(
            text.hasPrefix("folder/x.jpg: pixels: expected a whole JPEG picture, found ") && text.contains("end of"),
            "\(text)")
    }

    @Test func `a damaged JPEG is an error`() throws {
        var file = try PictureFiles.jpeg(width: 300, height: 200)
        for at in stride(from: file.count / 2, to: file.count / 2 + 40, by: 2) { file[at] = 0xFF }
        #expect(try line(file).contains("pixels: expected a whole JPEG picture"))
    }

    /// Random damage anywhere gives a picture or an error.
    @Test func `damage never crashes`() throws {
        let goldens = try goldens.get()
        var dice = SystemRandomNumberGenerator()
        for name in [
            "orientation1.jpg", "progressive.jpg", "profile.jpg", "palette.png", "animated.gif", "plain.webp",
            "lzw.tiff",
        ] {
            let file = try goldens.bytes("file." + name)
            for _ in 0..<40 {
                var damaged = file
                for _ in 0..<4 {
                    damaged[Int.random(in: 0..<file.count, using: &dice)] = UInt8.random(in: 0...255, using: &dice)
                }
                do { _ = try PictureDecoder().decode(damaged, name: name) } catch { #expect(error.path == name) }
            }
        }
    }

    @Test func `other files are no pictures`() throws {
        #expect(
            try line(Data("Once upon\na time, there was".utf8))
                .contains("expected a picture (JPEG, PNG, WebP, GIF, TIFF"))
        #expect(try line(Data("Once upon\na time".utf8)).hasSuffix(#"found text that starts with "Once upon\na time""#))
        #expect(try line(Data("%PDF-1.4 and so on".utf8)).contains("%PDF"))
        #expect(
            try line(Data("<svg xmlns='http://www.w3.org/2000/svg'/>".utf8)).hasSuffix(
                "found SVG, which is not read here"))
        #expect(try line(Data([0, 1, 254])).hasSuffix("found bytes that start with 00 01 fe"))
        #expect(try line(Data()).hasSuffix("found 0 bytes"))
        #expect(try line(Data([0xFF, 0xD8, 0xFF])).contains("header: expected a readable JPEG picture"))
    }

    @Test func `bombs are refused by their header`() throws {
        // A PNG that says 30,000 x 30,000; its pixels, which are not even there, would be 2.7 GB.
        var png = try goldens.get().bytes("file.rgb.png")
        png.replaceSubrange(16..<24, with: [0, 0, 0x75, 0x30, 0, 0, 0x75, 0x30])
        // The header's checksum.
        png.replaceSubrange(29..<33, with: [0xE9, 0x45, 0x6F, 0xED])
        #expect(try line(png).hasSuffix("header: expected at most 200000000 pixels, found 30000 x 30000"))

        let jpeg = try PictureFiles.jpeg(width: 120, height: 100)
        #expect(
            try line(jpeg, PictureLimits(pixels: 11_999)).hasSuffix("expected at most 11999 pixels, found 120 x 100"))
        #expect(try PictureDecoder(limits: PictureLimits(pixels: 12_000)).decode(jpeg, name: "x").width == 120)
    }

    @Test(arguments: ["progressive.jpg", "rgb.png"]) func `the time of decoding is limited`(_ name: String) throws {
        let text = try line(goldens.get().bytes("file." + name), PictureLimits(seconds: 0))
        #expect(text.contains("pixels: expected at most 0.0 s of decoding"))
    }

    @Test func `the bytes of a file are limited`() throws {
        let file = try goldens.get().bytes("file.rgb.png")
        let text = "expected at most 100 bytes, found \(file.count)"
        #expect(try line(file, PictureLimits(bytes: 100)).hasSuffix(text))
        let folder = try ScratchPictures()
        let path = try folder.write("x.png", file)
        #expect(try line { try PictureDecoder(limits: PictureLimits(bytes: 100)).decode(path: path) }.hasSuffix(text))
    }

    @Test func `only regular files are opened`() throws {
        let folder = try ScratchPictures()
        #expect(try line(path: folder.path).hasSuffix("expected a regular file, found a folder"))
        #expect(try line(path: "/dev/zero").hasSuffix("found a device"))
        #expect(mkfifo(folder.path + "/pipe.jpg", 0o600) == 0)
        #expect(try line(path: folder.path + "/pipe.jpg").hasSuffix("found a pipe"))
        #expect(try line(path: folder.path + "/missing.jpg").hasSuffix("found No such file or directory"))
        #expect(try line(path: folder.write("empty.jpg", Data())).hasSuffix("file: expected a picture, found 0 bytes"))
        #expect(try line(path: "a\0b.jpg").contains("zero byte"))
        #expect(symlink(folder.path + "/loop.jpg", folder.path + "/loop.jpg") == 0)
        #expect(try line(path: folder.path + "/loop.jpg").contains("symbolic links"))
    }

    @Test(.disabled(if: getuid() == 0, "root may read every file")) func `unreadable files are named`() throws {
        let folder = try ScratchPictures()
        let path = try folder.write("x.png", goldens.get().bytes("file.rgb.png"))
        #expect(chmod(path, 0) == 0)
        #expect(try line(path: path).hasSuffix("found Permission denied"))
    }

    @Test(arguments: ["line\nbreak.png", "🐕 dog.png", "options[page=2,n=-1].png", "a:b,c=1.png", "tab\t\u{2028}.png"])
    func `any file name will do`(_ name: String) throws {
        let folder = try ScratchPictures()
        let path = try folder.write(name, goldens.get().bytes("file.rgb.png"))
        #expect(try PictureDecoder().decode(path: path).width == 24)
        _ = try folder.write(name, Data("no picture".utf8))
        #expect(try line(path: path).contains(#""no picture""#))
    }

    @Test func `an error is one line, whatever the name`() {
        let error = InputError(path: "a\nb🐕.jpg", place: "p", expected: "e", found: "f\r\ng")
        #expect(error.description == #"a\nb🐕.jpg: p: expected e, found f\r\ng"#)
    }

    /// libvips keeps what it complains of for all threads together; each error still has its own file's reason.
    @Test func `threads do not swap reasons`() async throws {
        let goldens = try goldens.get()
        let files = try ["rgb.png", "lzw.tiff", "plain.webp", "animated.gif"].flatMap { name in
            let file = try goldens.bytes("file." + name)
            return [file.prefix(file.count / 2), file.prefix(20)].map { Data($0) }
        }
        @Sendable func lines() -> [String] {
            files.map { file in
                do { return "\(try PictureDecoder().decode(file, name: "x").width)" } catch { return "\(error)" }
            }
        }
        let alone = lines()
        #expect(Set(alone).count > 4, "\(alone)")
        await withTaskGroup(of: [String].self) { group in
            for _ in 0..<4 { group.addTask { (0..<40).map { _ in lines() }.first { $0 != alone } ?? alone } }
            for await together in group { #expect(together == alone) }
        }
    }

    /// Harmless oddities that cameras and editors leave behind.
    @Test func `extra bytes between markers are harmless`() throws {
        var file = try goldens.get().bytes("file.orientation1.jpg")
        file.insert(contentsOf: [0, 0, 0], at: file.count - 2)
        #expect(try PictureDecoder().decode(file, name: "x").width == 24)
        file.append(contentsOf: Data(repeating: 7, count: 100))
        #expect(try PictureDecoder().decode(file, name: "x").width == 24)
    }
}
