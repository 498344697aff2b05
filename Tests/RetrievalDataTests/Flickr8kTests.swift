import Foundation
import RetrievalFixtures
import Testing

@testable import RetrievalData

/// Real features of real photos, where the machine has them.
@Suite struct Flickr8kTests {
    @Test(
        .enabled(
            if: SharedFolder.hasFlickr8k,
            "flickr8k is not there: set ASCL_SHARED to the folder that holds data/flickr8k"))
    func `both layouts tell the same`() throws {
        let scan = try Dataset(path: SharedFolder.flickr8k).split("dev")
        let json = try Dataset(path: SharedFolder.flickr8k + "/dataset_flickr8k.json").split("val")
        #expect((scan.imageCount, scan.captions.count) == (1000, 5000))
        #expect((scan.regionCount, scan.regionDimension, scan.globalDimension) == (36, 256, 1280))
        #expect(scan.imageNames.map(Set.init) == json.imageNames.map(Set.init))
        let names = try #require(scan.imageNames)
        let image = 321
        let other = try #require(json.imageNames?.firstIndex(of: names[image]))
        #expect(
            scan.captionsOfImage[image].map { scan.captions[$0] }
                == json.captionsOfImage[other].map { json.captions[$0] })
        #expect(try scan.regions([image]) == json.regions([other]))
        #expect(try scan.globals([image]) == json.globals([other]))
        let norms = DatasetInspection.Split(scan, layout: .scan)
        // As numpy computes them over the same 200 images.
        #expect(abs((norms.regionNorm ?? 0) - 23.833588) < 1e-4)
        #expect(abs((norms.globalNorm ?? 0) - 32.060776) < 1e-4)
    }
}
