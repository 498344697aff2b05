package import AsCLBase
import Foundation

/// CLIPs and SigLIPs by what a user calls them.
package enum PretrainedModels {
    /// Those that have a short name, in the order to list them.
    package static let catalogue: [PublishedModel] = {
        func model(
            _ name: String, _ repository: String, _ summary: String, megabytes: Int, licence: String,
            sums: [String: String] = [:]
        ) -> PublishedModel? {
            // Every one of them is a name; a test says so.
            guard let repository = try? HubRepository(repository) else { return nil }
            return PublishedModel(
                name: name, summary: summary, repository: repository, approximateByteCount: megabytes * 1_000_000,
                licence: licence, sums: sums)
        }
        return [
            model(
                "clip-vit-b-32", "laion/CLIP-ViT-B-32-laion2B-s34B-b79K",
                "CLIP ViT-B/32, trained on LAION-2B: English, fast", megabytes: 609, licence: "MIT"),
            model(
                "openai-clip-vit-b-32", "openai/clip-vit-base-patch32@3d74acf9a28c67741b2f4f2ea7635f0aaf6f0268",
                "CLIP ViT-B/32, the first one by OpenAI: English", megabytes: 609, licence: openAI,
                sums: ["pytorch_model.bin": "a63082132ba4f97a80bea76823f544493bffa8082296d62d71581a4feff1576f"]),
            model(
                "openai-clip-vit-l-14", "openai/clip-vit-large-patch14", "CLIP ViT-L/14 by OpenAI: English, slower",
                megabytes: 1714, licence: openAI),
            model(
                "siglip2-b-32-256", "google/siglip2-base-patch32-256",
                "SigLIP 2 ViT-B/32 at 256 pixels: many languages", megabytes: 1546, licence: "Apache-2.0"),
            model(
                "siglip2-b-16-224", "google/siglip2-base-patch16-224",
                "SigLIP 2 ViT-B/16 at 224 pixels: many languages, better and slower", megabytes: 1540,
                licence: "Apache-2.0"),
        ].compactMap { $0 }
    }()

    private static let openAI = "MIT (code); the model card states none for the weights and means them for research"

    /// The model of a name of the catalogue or `owner/name[@revision]`.
    /// - Throws: `InputError` with all names where it is neither.
    package static func model(_ value: String) throws(InputError) -> (repository: HubRepository, entry: PublishedModel?)
    {
        if let entry = catalogue.first(where: { $0.name == value }) { return (entry.repository, entry) }
        guard value.contains("/") else {
            throw InputError(
                path: value.shownInOneLine, place: "model",
                expected: "a folder, owner/name of the hub or one of "
                    + catalogue.map(\.name).joined(separator: ", "), found: "none of them")
        }
        return (try HubRepository(value), nil)
    }

    /// The folder of a model of the hub where it is in the cache with all its weights. Nothing is fetched.
    package static func cached(_ repository: HubRepository, _ settings: HubSettings) -> String? {
        HubCache(repository, in: settings.cache).wholeSnapshot
    }

    /// The folder of a pretrained model by what the user calls it: a folder's path, a name of the catalogue, or
    /// `owner/name[@revision]`; the last two where they are in the hub's cache. Nothing is fetched.
    /// - Throws: `InputError` that says how to fetch it.
    package static func folder(
        _ value: String, environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws(InputError) -> String {
        if let isFolder = Folder.isFolder(value) {
            if isFolder { return value }
            throw InputError(path: value, place: "model", expected: "a folder", found: "a file")
        }
        // What can only be a path.
        if ["/", "./", "../", "~"].contains(where: value.hasPrefix) || value.hasSuffix("/") {
            throw InputError(path: value, place: "model", expected: "a folder", found: "none")
        }
        let repository = try model(value).repository
        let cache = HubCache(repository, in: HubSettings(environment: environment).cache)
        if let snapshot = cache.wholeSnapshot { return snapshot }
        let isBegun = Folder.isFolder(cache.folder) == true
        throw InputError(
            path: value, place: "model", expected: "a folder, or a model in \(cache.folder)",
            found: "\(isBegun ? "a part of it there" : "neither"); get it with `ascl weights fetch \(value)`")
    }
}
