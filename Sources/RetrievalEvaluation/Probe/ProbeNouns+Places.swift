extension ProbeNouns {
    /// Where pictures are taken. What lies around unmentioned (trees, walls, grass) is marked as such.
    static let places = """
        # water:
        -water/ body_of_water wave waterfront | swim* surf* wad* fish* boat* row* float* splash* sail* kayak* canoe* \
        raft* dock pier shore coast wet underwater diving
          ocean sea | lake river beach shore sand* wave* surf* coast* bay pier boat*
          lake pond | ocean sea beach river stream shore dock boat* reflect*
          river stream creek rapids/ canal | lake bridge bank shore boat* waterfall
          pool swimming_pool kiddie_pool | swim* div* bikini* swimsuit* bathing float*
          waterfall | fall* river cliff rapids
          -puddle | mud* rain* wet

        # ground:
        beach seashore shore shoreline coast | ocean sand* surf* wave* sea* lake bikini* coastal dune water tide
        -sand/ dune | beach desert
        snow/ snowbank | ski* snow* sled* ice icy winter* cold white
        mud/ | mud* dirt* puddle wet
        -ice/ | skat* hockey rink frozen
        street road highway intersection crosswalk sidewalk alley curb avenue lane | city urban traffic car* bus* \
        truck pavement paved concrete cross* town driv* bik* parade race* building* store* corner outside outdoor* \
        walk* market downtown path* marathon skat* driveway parking
        sidewalk walkway pavement path pathway boardwalk street | city walk* urban concrete town store* outside brick \
        paved building* corner
        mountain mountainside cliff peak hill mountaintop ridge | climb* ski* hik* rock* snow* slope* summit \
        landscape scenic overlook* view* canyon valley range trail boulder*
        -hill hillside slope mound
        trail path pathway dirt_path | hik* wood* forest* walk* dirt bik* rid* road
        bridge overpass | river rail*
        -dock pier boardwalk wharf jetty
        stage podium | perform* concert band sing* danc* audience microphone music* theater play* show
        tennis_court | tennis court
        basketball_court | basketball court
        racetrack race_track | rac* track
        -rock boulder stone ledge rock_face rock_wall
        -grass/ lawn hay/ straw/ weed
        -dirt/ soil/ gravel/
        -floor carpet rug mat

        # area:
        park playground | house grass* field bench tree* outside outdoor* swing* slid* yard garden lawn path fountain \
        play*
        garden flower_bed | grass* bush* flower* yard park plant*
        yard backyard front_yard | park playground swing* grass* lawn house garden outside play* fenc*
        parking_lot | car* park* lot
        farm barn ranch | animal cow horse sheep field
        stadium arena ballpark | game* sport* crowd* field soccer football baseball basketball hockey rodeo match \
        player team
        zoo aquarium | animal*
        carnival fair amusement_park | rid* roller* circus festival

        # region:
        field meadow pasture | grass* park yard farm lawn stadium sport* game soccer football baseball hay
        forest /woods jungle | tree* wood* hik* trail* camp* leaves
        desert | sand* dune*
        city town downtown village | street* building* urban road traffic car* store* shop* sidewalk crosswalk bus* \
        skyline

        # room:
        -room indoors hallway house home building apartment inside
          kitchen | cook* food stove oven sink counter* dish* bak* eat*
          bedroom | bed sleep* pillow* couch
          bathroom restroom | bath* toilet sink shower wash*
          living_room | couch carpet tv television sofa chair
          classroom school | student* desk teacher* class*
          library | book* read*
          office | desk computer* business
        restaurant cafe diner bar pub | eat* food drink* dinner table* meal waiter waitress
        store shop supermarket market grocery_store mall | shop* sell* vendor* buy* display window street city
        gym gymnasium | basketball gymnast* indoor* sport* work* exercis* weight*
        church cathedral temple | wedding religious
        airport | airplane* luggage
        train_station subway_station | train* subway* station platform
        -stall booth stand kiosk tent

        # scenery: near
        -tree/ bush/bushes shrub branch leaf/leaves log trunk stump
        christmas_tree | christmas
        flower tulip rose sunflower daisy bouquet | flower* garden plant*
        -sky/ cloud sun sunset sunrise
        rainbow
        -building tower skyscraper structure wall fence window door doorway roof balcony porch deck
        lighthouse
        windmill
        -game race/ match competition tournament event ride/ show/ parade court course/ track/ team rink trick \
        practice/ jump/ toy house stand/ line/ pole suit shirt skirt costume outfit jersey uniform dress coat jacket \
        pants/ boot glove shoe sock sweater vest shorts/ jeans/ robe head/ face/ hair/ eye/ ear nose/ tongue neck \
        back/ top/ side/ end/ trainer
        -sign railing rail bar ramp step/ stair staircase lamp light/ pipe wire net goal post/ box/boxes bag bowl \
        plate glass
        """
}
