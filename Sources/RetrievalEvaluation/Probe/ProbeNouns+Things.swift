extension ProbeNouns {
    /// What people ride, hold, wear, eat and use.
    static let things = """
        # vehicle: near, beside, next to
        -vehicle traffic | driv*
          car/cars automobile taxi cab race_car racecar sedan convertible suv van minivan jeep truck | rac* street \
        road highway park* city tire* dirt track
          truck pickup fire_truck firetruck tractor semi monster_truck jeep suv | car street road highway tire*
          bus/buses school_bus trolley | street
          bike bicycle mountain_bike tricycle unicycle bmx_bike cycle | cycl* bicycl* bik* pedal* wheel* rid* bmx \
        handlebar* rac* helmet scooter motorcycle
          motorcycle motorbike dirt_bike dirtbike moped motor_bike quad four_wheeler | bik* rid* rac* moto* scooter \
        atv wheel*
          scooter | moped motorcycle
          train subway locomotive railcar tram trolley | rail* station platform track*
          boat ship vessel sailboat canoe kayak raft rowboat ferry yacht speedboat motorboat gondola jet_ski | row* \
        sail* paddl* raft* kayak* canoe* dock* harbor harbour pier marina oar*
          airplane plane jet aircraft aeroplane biplane | fly* flies airport pilot wing*
          helicopter chopper | propeller
          -cart wagon carriage stroller sled wheelchair buggy sleigh snowmobile atv rickshaw

        # board: with
        skateboard longboard | skat* board* ramp trick* rail*
        surfboard bodyboard boogie_board | surf* wave* board* wakeboard*
        snowboard | snow* ski* board*

        # sport: with
        -ball/ | catch* throw* toss* kick* fetch* toy play* game match basketball* football* baseball* volleyball* \
        tennis soccer golf* rugby softball cricket bowling
          tennis_ball | tennis
          soccer_ball | soccer football
          basketball | hoop dribbl*
          football | tackl* rugby quarterback soccer
          baseball | pitch* bat* softball cricket
          volleyball | net
        frisbee disc disk | catch* throw* toss* fetch* toy*
        /skis ski_poles | ski* snow*
        /rollerblades rollerskates roller_skates inline_skates | skat* roller*
        tennis_racket racket racquet badminton_racket | tennis badminton
        baseball_bat bat | baseball softball cricket pitch* hit* swing*
        hockey_stick | hockey
        helmet | hat cap biker rid* rac* cycl* bik* head* football hockey skat* snow* ski* climb* gear uniform* fire* \
        moto* baseball player police soldier*
        backpack rucksack | bag pack hik* climb* gear carry* school
        parachute paraglider hang_glider | sky* glid* fly*

        # toy: with
        -toy plaything
          teddy_bear stuffed_animal stuffed_bear | stuffed bear
          doll barbie
          kite | fly* parachute
          balloon | party
          hula_hoop hoop | hoop* hula
          pinata
        bubble

        # instrument: with
        -instrument | music* band concert play* perform*
          guitar bass ukulele banjo | violin
          violin fiddle cello | guitar
          drum drum_set
          piano keyboard organ
          trumpet trombone tuba horn saxophone
          flute clarinet harmonica
          accordion
        microphone mic | sing* karaoke speak* concert

        # food: with
        -food/ meal snack dinner lunch breakfast dessert picnic | eat* ate feed* cook* bit* chew* lick* mouth grill* \
        restaurant bak* dining
          cake cupcake birthday_cake | birthday
          pizza | slice
          sandwich hamburger burger hot_dog hotdog
          apple | fruit
          banana | fruit
          watermelon | fruit
          strawberry | fruit
          ice_cream_cone popsicle | cream cone candy
          cookie donut doughnut | candy
          carrot | vegetable*
          lollipop candy | sucker
        -drink beverage glass cup | drink* drank sip* bar beer wine coffee
          bottle | water beer wine
          coffee_cup mug | coffee tea cup
          wine_glass | wine

        # furniture: near, beside, next to
        -furniture seat
          -chair armchair lawn_chair rocking_chair stool recliner | sit* seat* sat table
          couch sofa loveseat | sit* seat* sat living_room lounge*
          bench park_bench | sit* seat* sat park street sidewalk city
          bed bunk_bed mattress crib | sleep* asleep lying bedroom lay* pillow* blanket*
          -table picnic_table desk | sit* dining eat* restaurant dinner
        television tv tv_set | video watch* screen
        bathtub tub | bath* wash* soap
        toilet urinal | bathroom restroom
        sink faucet | bathroom kitchen wash*
        refrigerator fridge | kitchen
        oven stove microwave | kitchen cook*

        # accessory: with
        -hat cap beanie visor hood helmet sombrero turban headscarf headdress
          cowboy_hat | cowboy rodeo western
          santa_hat | santa christmas
        -/sunglasses shades goggles glasses | eye* face*
        umbrella parasol | rain* beach
        purse handbag | bag shop* carry*
        suitcase luggage/ | bag* travel*
        mask | costume* face* goggles
        wig | costume* hair*
        -necklace beads/ jewelry/ | beaded neck
        scarf bandana bandanna shawl | neck* head* winter cold
        tie necktie bow_tie | suit* tuxedo* formal business
        crown tiara | princess king queen
        apron | cook* kitchen chef
        towel | beach pool bath* swim*

        # device: with
        -phone cellphone cell_phone telephone mobile_phone | call* talk* text*
        -camera video_camera camcorder tripod | photo* picture* film* video* pos*
        laptop computer notebook | typ* desk office screen
        book magazine newspaper novel | read* library study* writ* paper*
        remote_control controller | video game* television
        gun rifle pistol shotgun | shoot* soldier* paintball military hunt* arm* weapon*
        sword | fenc* fight* knight* costume*
        knife/knives scissors | cut* cook*
        shovel | dig* snow sand
        broom | sweep*
        ladder | climb*
        hose sprinkler | spray* water*
        paintbrush brush | paint*
        cigarette cigar pipe | smok*
        candle | birthday cake light* lit
        flag banner | wav* parade flag*
        rope | climb* tug* string cord hang* swing*
        stick branch twig | hockey fetch* mouth wood*
        bucket pail | sand water
        basket | picnic
        bone | mouth chew*
        snowman/snowmen | snow*

        # fixture: near, beside, next to
        trampoline | bounc* jump*
        swing swing_set tire_swing | swing* playground hang*
        slide water_slide | slid* playground inner*
        fire bonfire campfire | burn* flame* smok* camp* torch
        tent | camp*
        statue sculpture monument | fountain
        fountain | water* spray* splash* statue
        fire_hydrant hydrant
        traffic_light stoplight | street traffic intersection
        stop_sign street_sign | sign* street
        clock | tower
        mirror | reflect*
        painting mural poster | art* paint* picture wall graffiti
        vase flower_pot | flower*
        """
}
