// SPDX-License-Identifier: Apache-2.0
/**
 * Made by `countries-build.js`. A country in each part: two letters of ISO 3166-1, then its three letters and its names in
 * English, German and its own language, if that is written in Latin letters or the country is a large one (CLDR 48.0), as `nameKey` makes them.
 */
export const COUNTRY_NAMES: string =
  'AC ascensionisland ascension asc,' +
  'AD and andorra,' +
  'AE are unitedarabemirates vereinigtearabischeemirate uae vae,' +
  'AF afg afghanistan,' +
  'AG atg antiguabarbuda antiguaundbarbuda,' +
  'AI aia anguilla,' +
  'AL alb albania albanien shqiperi,' +
  'AM arm armenia armenien,' +
  'AO ago angola,' +
  'AR arg argentina argentinien,' +
  'AS asm americansamoa amerikanischsamoa,' +
  'AT aut austria osterreich,' +
  'AU aus australia australien,' +
  'AW abw aruba,' +
  'AX ala alandislands alandinseln aland,' +
  'AZ aze azerbaijan aserbaidschan,' +
  'BA bih bosniaherzegovina bosnienundherzegowina bosnaihercegovina bosnia,' +
  'BB brb barbados,' +
  'BD bgd bangladesh bangladesch,' +
  'BE bel belgium belgien belgie belgique,' +
  'BF bfa burkinafaso,' +
  'BG bgr bulgaria bulgarien българия,' +
  'BH bhr bahrain,' +
  'BI bdi burundi uburundi,' +
  'BJ ben benin,' +
  'BL blm stbarthelemy saintbarthelemy,' +
  'BM bmu bermuda,' +
  'BN brn brunei bruneidarussalam,' +
  'BO bol bolivia bolivien boliviaplurinationalstateof,' +
  'BQ bes caribbeannetherlands karibischeniederlande,' +
  'BR bra brazil brasilien brasil,' +
  'BS bhs bahamas,' +
  'BT btn bhutan,' +
  'BW bwa botswana botsuana,' +
  'BY blr belarus weissrussland,' +
  'BZ blz belize,' +
  'CA can canada kanada,' +
  'CC cck cocoskeelingislands kokosinseln kepulauancocoskeeling,' +
  'CD cod congokinshasa kongokinshasa drcongo drc democraticrepublicofthecongo,' +
  'CF caf centralafricanrepublic zentralafrikanischerepublik kodorosesetibeafrika,' +
  'CG cog congobrazzaville kongobrazzaville congo republicofthecongo,' +
  'CH che switzerland schweiz suisse svizzera svizra swiss,' +
  'CI civ cotedivoire ivorycoast,' +
  'CK cok cookislands cookinseln,' +
  'CL chl chile,' +
  'CM cmr cameroon kamerun cameroun,' +
  'CN chn china 中国 peoplesrepublicofchina prc mainlandchina,' +
  'CO col colombia kolumbien,' +
  'CR cri costarica,' +
  'CU cub cuba kuba,' +
  'CV cpv capeverde caboverde,' +
  'CW cuw curacao,' +
  'CX cxr christmasisland weihnachtsinsel,' +
  'CY cyp cyprus zypern,' +
  'CZ cze czechia tschechien cesko czechrepublic tschechischerepublik republiquetcheque,' +
  'DE deu germany deutschland federalrepublicofgermany bundesrepublikdeutschland brd ger,' +
  'DJ dji djibouti dschibuti,' +
  'DK dnk denmark danemark danmark,' +
  'DM dma dominica,' +
  'DO dom dominicanrepublic dominikanischerepublik republicadominicana,' +
  'DZ dza algeria algerien,' +
  'EC ecu ecuador,' +
  'EE est estonia estland eesti,' +
  'EG egy egypt agypten مصر,' +
  'EH esh westernsahara westsahara,' +
  'ER eri eritrea,' +
  'ES esp spain spanien espana,' +
  'ET eth ethiopia athiopien,' +
  'FI fin finland finnland suomi,' +
  'FJ fji fiji fidschi,' +
  'FK flk falklandislands falklandinseln,' +
  'FM fsm micronesia mikronesien,' +
  'FO fro faroeislands faroer,' +
  'FR fra france frankreich,' +
  'GA gab gabon gabun,' +
  'GB gbr unitedkingdom vereinigteskonigreich uk greatbritain britain england scotland wales northernireland unitedkingdomofgreatbritainandnorthernireland grossbritannien grandebretagne granbretana,' +
  'GD grd grenada,' +
  'GE geo georgia georgien,' +
  'GF guf frenchguiana franzosischguayana guyanefrancaise,' +
  'GG ggy guernsey,' +
  'GH gha ghana gaana,' +
  'GI gib gibraltar,' +
  'GL grl greenland gronland kalaallitnunaat,' +
  'GM gmb gambia,' +
  'GN gin guinea guinee,' +
  'GP glp guadeloupe,' +
  'GQ gnq equatorialguinea aquatorialguinea guineaecuatorial,' +
  'GR grc greece griechenland ελλαδα el hellas,' +
  'GT gtm guatemala,' +
  'GU gum guam,' +
  'GW gnb guineabissau guinebissau,' +
  'GY guy guyana,' +
  'HK hkg hongkongsarchina sonderverwaltungsregionhongkong hongkong hongkongsar,' +
  'HN hnd honduras,' +
  'HR hrv croatia kroatien hrvatska,' +
  'HT hti haiti,' +
  'HU hun hungary ungarn magyarorszag,' +
  'ID idn indonesia indonesien,' +
  'IE irl ireland irland republicofireland eire,' +
  'IL isr israel ישראל,' +
  'IM imn isleofman,' +
  'IN ind india indien bharat,' +
  'IO iot britishindianoceanterritory britischesterritoriumimindischenozean,' +
  'IQ irq iraq irak,' +
  'IR irn iran iranislamicrepublicof islamicrepublicofiran,' +
  'IS isl iceland island,' +
  'IT ita italy italien italia,' +
  'JE jey jersey,' +
  'JM jam jamaica jamaika,' +
  'JO jor jordan jordanien,' +
  'JP jpn japan 日本,' +
  'KE ken kenya kenia,' +
  'KG kgz kyrgyzstan kirgisistan,' +
  'KH khm cambodia kambodscha,' +
  'KI kir kiribati,' +
  'KM com comoros komoren,' +
  'KN kna stkittsnevis stkittsundnevis,' +
  'KP prk northkorea nordkorea democraticpeoplesrepublicofkorea,' +
  'KR kor southkorea sudkorea 대한민국 korea republicofkorea korearepublicof,' +
  'KW kwt kuwait,' +
  'KY cym caymanislands kaimaninseln,' +
  'KZ kaz kazakhstan kasachstan,' +
  'LA lao laos laopeoplesdemocraticrepublic,' +
  'LB lbn lebanon libanon,' +
  'LC lca stlucia,' +
  'LI lie liechtenstein,' +
  'LK lka srilanka,' +
  'LR lbr liberia,' +
  'LS lso lesotho,' +
  'LT ltu lithuania litauen lietuva,' +
  'LU lux luxembourg luxemburg letzebuerg,' +
  'LV lva latvia lettland latvija,' +
  'LY lby libya libyen,' +
  'MA mar morocco marokko,' +
  'MC mco monaco,' +
  'MD mda moldova republikmoldau republicamoldova moldovarepublicof republicofmoldova,' +
  'ME mne montenegro,' +
  'MF maf stmartin saintmartin,' +
  'MG mdg madagascar madagaskar madagasikara,' +
  'MH mhl marshallislands marshallinseln,' +
  'MK mkd northmacedonia nordmazedonien macedonia republicofnorthmacedonia,' +
  'ML mli mali,' +
  'MM mmr myanmarburma myanmar burma,' +
  'MN mng mongolia mongolei,' +
  'MO mac macaosarchina sonderverwaltungsregionmacau macau macao,' +
  'MP mnp northernmarianaislands nordlichemarianen,' +
  'MQ mtq martinique,' +
  'MR mrt mauritania mauretanien,' +
  'MS msr montserrat,' +
  'MT mlt malta,' +
  'MU mus mauritius maurice,' +
  'MV mdv maldives malediven,' +
  'MW mwi malawi,' +
  'MX mex mexico mexiko,' +
  'MY mys malaysia,' +
  'MZ moz mozambique mosambik mocambique,' +
  'NA nam namibia namibie,' +
  'NC ncl newcaledonia neukaledonien nouvellecaledonie,' +
  'NE ner niger nijar,' +
  'NF nfk norfolkisland norfolkinsel,' +
  'NG nga nigeria,' +
  'NI nic nicaragua,' +
  'NL nld netherlands niederlande nederland holland,' +
  'NO nor norway norwegen norge,' +
  'NP npl nepal,' +
  'NR nru nauru,' +
  'NU niu niue,' +
  'NZ nzl newzealand neuseeland aotearoa,' +
  'OM omn oman,' +
  'PA pan panama,' +
  'PE per peru,' +
  'PF pyf frenchpolynesia franzosischpolynesien polynesiefrancaise,' +
  'PG png papuanewguinea papuaneuguinea,' +
  'PH phl philippines philippinen pilipinas,' +
  'PK pak pakistan,' +
  'PL pol poland polen polska,' +
  'PM spm stpierremiquelon stpierreundmiquelon saintpierreetmiquelon,' +
  'PR pri puertorico,' +
  'PS pse palestinianterritories palastinensischeautonomiegebiete palestine,' +
  'PT prt portugal,' +
  'PW plw palau,' +
  'PY pry paraguay,' +
  'QA qat qatar katar,' +
  'RE reu reunion lareunion,' +
  'RO rou romania rumanien,' +
  'RS srb serbia serbien,' +
  'RU rus russia russland россия russianfederation,' +
  'RW rwa rwanda ruanda urwanda,' +
  'SA sau saudiarabia saudiarabien المملكةالعربيةالسعودية ksa kingdomofsaudiarabia,' +
  'SB slb solomonislands salomonen,' +
  'SC syc seychelles seychellen,' +
  'SD sdn sudan,' +
  'SE swe sweden schweden sverige,' +
  'SG sgp singapore singapur,' +
  'SH shn sthelena,' +
  'SI svn slovenia slowenien slovenija,' +
  'SJ sjm svalbardjanmayen spitzbergenundjanmayen svalbardogjanmayen,' +
  'SK svk slovakia slowakei slovensko,' +
  'SL sle sierraleone,' +
  'SM smr sanmarino,' +
  'SN sen senegal senegaal,' +
  'SO som somalia soomaaliya,' +
  'SR sur suriname,' +
  'SS ssd southsudan sudsudan,' +
  'ST stp saotomeprincipe saotomeundprincipe saotomeeprincipe,' +
  'SV slv elsalvador,' +
  'SX sxm sintmaarten,' +
  'SY syr syria syrien syrianarabrepublic,' +
  'SZ swz eswatini swaziland,' +
  'TA tristandacunha taa,' +
  'TC tca turkscaicosislands turksundcaicosinseln,' +
  'TD tcd chad tschad,' +
  'TG tgo togo,' +
  'TH tha thailand,' +
  'TJ tjk tajikistan tadschikistan,' +
  'TK tkl tokelau,' +
  'TL tls timorleste easttimor,' +
  'TM tkm turkmenistan,' +
  'TN tun tunisia tunesien,' +
  'TO ton tonga,' +
  'TR tur turkiye turkei turkey,' +
  'TT tto trinidadtobago trinidadundtobago,' +
  'TV tuv tuvalu,' +
  'TW twn taiwan 台湾 taiwanprovinceofchina republicofchina,' +
  'TZ tza tanzania tansania tanzaniaunitedrepublicof,' +
  'UA ukr ukraine украіна,' +
  'UG uga uganda,' +
  'US usa unitedstates vereinigtestaaten usofa unitedstatesofamerica america us etatsunisdamerique eeuu estadosunidosdeamerica,' +
  'UY ury uruguay,' +
  'UZ uzb uzbekistan usbekistan,' +
  'VA vat vaticancity vatikanstadt cittadelvaticano vatican holysee,' +
  'VC vct stvincentgrenadines stvincentunddiegrenadinen,' +
  'VE ven venezuela venezuelabolivarianrepublicof,' +
  'VG vgb britishvirginislands britischejungferninseln,' +
  'VI vir usvirginislands amerikanischejungferninseln,' +
  'VN vnm vietnam,' +
  'VU vut vanuatu,' +
  'WF wlf wallisfutuna wallisundfutuna wallisetfutuna,' +
  'WS wsm samoa,' +
  'XK kosovo kosove xkx,' +
  'YE yem yemen jemen,' +
  'YT myt mayotte,' +
  'ZA zaf southafrica sudafrika rsa republicofsouthafrica,' +
  'ZM zmb zambia sambia,' +
  'ZW zwe zimbabwe simbabwe,';
